"""What may be forwarded, and as what: the head of a request is admitted, then its body is prepared.

Nothing here knows mitmproxy; heads and bodies go in, decisions come out.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.metering.apis import READERS, Asked
from gatewright.metering.attribution import Attribution, Proofs
from gatewright.metering.injection import find_model, replace_model, splice, supports_usage
from gatewright.metering.operations import Operation, read_operation
from proxy_addon import faults
from proxy_addon.faults import Fault
from proxy_addon.identity import identify
from proxy_addon.paths import Target, parse
from proxy_addon.routes import Route, StreamUsage, Table

OPERATIONS = frozenset({"chat/completions", "completions", "embeddings"})
"""Paths of the operations that are forwarded, all by POST: those whose answers can be metered."""

_IDENTITY = frozenset({"", "identity"})


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request as it came: method, request target in origin form, headers in order."""

    method: str
    target: bytes
    headers: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """The values of a header, by its name in lower case."""
        return [value for key, value in self.headers if key.lower() == name]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may go to its route once its body is prepared."""

    attribution: Attribution
    target: Target
    route: Route
    operation: Operation
    stream_usage: StreamUsage


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is sent to the upstream.

    Attributes:
        target: path and query, with the member's deployment.
        body: the body, spliced where necessary.
        asked: what the client asks for.
        hide: the client must not see the usage that its stream will carry.
        visible: usage was asked for on the client's behalf, and it sees it.
        not_asked: why a stream was not asked for usage, or None.
    """

    target: str
    body: bytes
    asked: Asked
    hide: bool = False
    visible: bool = False
    not_asked: str | None = None


def authenticate(head: Head, proofs: Proofs) -> Attribution | Fault:
    """Whose request it is, before anything else is looked at."""
    return identify(head.headers, proofs)


def admit(head: Head, attribution: Attribution, table: Table) -> Admitted | Fault:
    """The route and operation of a request, or the fault to answer with."""
    target = parse(head.target)
    if target is None:
        return faults.BAD_PATH
    route = table.routes.get(target.backend)
    if route is None or not table.allows(route.endpoint):
        return faults.UNKNOWN_ROUTE
    if head.values("upgrade"):
        return faults.UPGRADE_REFUSED
    operation = _operation(head.method, target)
    if operation is None:
        return faults.UNSUPPORTED_OPERATION
    if attribution.model not in route.models or target.alias not in (None, attribution.model):
        return faults.MODEL_MISMATCH
    if any(value.strip().lower() not in _IDENTITY for value in head.values("content-encoding")):
        return faults.BAD_BODY
    return Admitted(attribution, target, route, operation, table.usage_of(attribution.tenant))


def _operation(method: str, target: Target) -> Operation | None:
    if method != "POST" or target.operation not in OPERATIONS:
        return None
    query = "" if target.query is None else f"?{target.query}"
    operation = read_operation(method, target.path + query)
    return operation if operation.api in READERS else None


def prepare(admitted: Admitted, body: bytes) -> Prepared | Fault:
    """What is forwarded for a body: the client's bytes but for what is spliced; or a fault to answer with."""
    alias, deployment = admitted.attribution.model, admitted.route.deployment
    if admitted.target.alias is None:
        found = replace_model(body, alias, deployment)
    else:
        found = find_model(body)
    if found.reason == "not_json":
        return faults.BAD_BODY
    unnamed = admitted.target.alias is not None and found.reason == "missing_model"
    if not unnamed and (found.reason or found.model != alias):
        return faults.MODEL_MISMATCH
    return _with_usage(admitted, admitted.target.for_deployment(deployment), found.body)


def _with_usage(admitted: Admitted, target: str, body: bytes) -> Prepared:
    operation = admitted.operation
    if operation.api not in ("chat", "completions"):
        return Prepared(target, body, Asked())
    spliced = splice(body)
    asked = Asked(stream=spliced.stream, include_usage=spliced.requested_usage or None)
    if not spliced.stream or spliced.requested_usage:
        return Prepared(target, body, asked)
    if admitted.stream_usage is StreamUsage.OFF:
        return Prepared(target, body, asked, not_asked="stream_usage_off")
    if not supports_usage(operation.api, operation.api_version):
        return Prepared(target, body, asked, not_asked="api_version")
    if not spliced.injected:
        return Prepared(target, body, asked, not_asked=spliced.reason)
    hidden = admitted.stream_usage is StreamUsage.HIDDEN
    return Prepared(target, spliced.body, asked, hide=hidden, visible=not hidden)
