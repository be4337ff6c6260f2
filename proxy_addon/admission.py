"""What may be forwarded, and as what: the head of a request is admitted, then its body is prepared.

Nothing here knows mitmproxy; heads and bodies go in, decisions come out.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.metering.apis import READERS, Asked
from gatewright.metering.attribution import Attribution, Proofs
from gatewright.metering.injection import (
    Edit,
    Wish,
    model_edit,
    model_in,
    spliced,
    supports_usage,
    usage_wish,
)
from gatewright.metering.json_text import NotJson, ObjectText, scan_object
from gatewright.metering.operations import Operation, read_operation
from proxy_addon import faults
from proxy_addon.faults import Fault
from proxy_addon.identity import identify
from proxy_addon.paths import Target, parse
from proxy_addon.routes import Route, StreamUsage, Table

OPERATIONS = frozenset({"chat/completions", "completions", "embeddings"})
"""Paths of the operations that are forwarded, all by POST: those whose answers can be metered."""

_IDENTITY = frozenset({"", "identity"})
_NOTHING_ASKED = Asked()


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
    names = {name.lower() for name, _ in head.headers}
    if "upgrade" in names:
        return faults.UPGRADE_REFUSED
    operation = _operation(head.method, target)
    if operation is None:
        return faults.UNSUPPORTED_OPERATION
    if attribution.model not in route.models or target.alias not in (None, attribution.model):
        return faults.MODEL_MISMATCH
    if "content-encoding" in names and not _is_plain(head):
        return faults.BAD_BODY
    return Admitted(attribution, target, route, operation, table.usage_of(attribution.tenant))


def _is_plain(head: Head) -> bool:
    return all(value.strip().lower() in _IDENTITY for value in head.values("content-encoding"))


def _operation(method: str, target: Target) -> Operation | None:
    if method != "POST" or target.operation not in OPERATIONS:
        return None
    operation = read_operation(method, target.url)
    return operation if operation.api in READERS else None


def prepare(admitted: Admitted, body: bytes) -> Prepared | Fault:
    """What is forwarded for a body: the client's bytes but for what is spliced; or a fault to answer with."""
    try:
        found = scan_object(body)
    except NotJson:
        return faults.BAD_BODY
    edits = _model_edits(admitted, found)
    if isinstance(edits, Fault):
        return edits
    return _with_usage(admitted, body, found, edits)


def _model_edits(admitted: Admitted, found: ObjectText) -> list[Edit] | Fault:
    """What makes the body name the deployment, where the path names none; or the fault of its model."""
    member, reason = model_in(found)
    in_path = admitted.target.alias is not None
    if member is None:
        return [] if in_path and reason == "missing_model" else faults.MODEL_MISMATCH
    if member.value != admitted.attribution.model:
        return faults.MODEL_MISMATCH
    return [] if in_path else [model_edit(member, admitted.route.deployment)]


def _with_usage(admitted: Admitted, body: bytes, found: ObjectText, edits: list[Edit]) -> Prepared:
    operation = admitted.operation
    target = admitted.target.for_deployment(admitted.route.deployment)
    if operation.api not in ("chat", "completions"):
        return Prepared(target, spliced(body, edits) if edits else body, _NOTHING_ASKED)
    wish = usage_wish(body, found)
    not_asked = _not_asked(admitted, wish)
    injects = wish.edit is not None and not_asked is None
    if wish.edit is not None and injects:
        edits = [*edits, wish.edit]
    hidden = injects and admitted.stream_usage is StreamUsage.HIDDEN
    return Prepared(
        target,
        spliced(body, edits) if edits else body,
        Asked(stream=wish.stream, include_usage=wish.requested_usage or None),
        hide=hidden,
        visible=injects and not hidden,
        not_asked=not_asked,
    )


def _not_asked(admitted: Admitted, wish: Wish) -> str | None:
    """Why a stream is not asked for usage, or None where it is, or has asked for it by itself."""
    if not wish.stream or wish.requested_usage:
        return None
    if admitted.stream_usage is StreamUsage.OFF:
        return "stream_usage_off"
    if not supports_usage(admitted.operation.api, admitted.operation.api_version):
        return "api_version"
    return wish.reason or None
