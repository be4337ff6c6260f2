"""What may be forwarded, and as what: the head of a request is admitted, then its body is prepared.

Nothing here knows mitmproxy; heads and bodies go in, decisions come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatewright.metering.apis import Asked
from gatewright.metering.attribution import Attribution, Proof
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
from proxy_addon import by_id, faults, multipart, realtime, uploads
from proxy_addon.faults import Fault
from proxy_addon.identity import identify
from proxy_addon.paths import DEPLOYMENTS, Target, parse
from proxy_addon.routes import Route, StreamUsage, Table

_UPLOAD = "files.create"
_FORMS_TOO = frozenset({"audio/transcriptions", "audio/translations", "images/edits"})
_BY_MODEL = frozenset(
    {"chat/completions", "completions", "embeddings", "audio/speech", "images/generations"} | _FORMS_TOO
)
_RESPONSES = frozenset({"responses", "responses/input_tokens"})
_MESSAGES = frozenset({"messages", "messages/count_tokens"})
OPERATIONS: Mapping[str, frozenset[str]] = {
    DEPLOYMENTS: _BY_MODEL,
    "openai/v1": _BY_MODEL | _RESPONSES,
    "openai": _RESPONSES,
    "v1": _BY_MODEL | _RESPONSES | _MESSAGES | {"moderations"},
    "models": frozenset({"chat/completions", "embeddings"}),
    "anthropic/v1": _MESSAGES,
}
"""What is forwarded by POST, by what stands before it: what names a model and can be metered. Beside it stand
`by_id` and `realtime`."""

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
    """A request that may go to its route once its body is prepared.

    Attributes:
        boundary: of a body that is a form; None where the body is JSON.
        method: its method.
    """

    attribution: Attribution
    target: Target
    route: Route
    operation: Operation
    stream_usage: StreamUsage
    boundary: bytes | None = None
    method: str = "POST"

    @property
    def takes_time(self) -> bool:
        """Whether its body may take long to prepare: for a thread."""
        return self.operation.api == _UPLOAD


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


def authenticate(head: Head, proof: Proof) -> Attribution | Fault:
    """Whose request it is, before anything else is looked at."""
    return identify(head.headers, proof)


def admit(head: Head, attribution: Attribution, table: Table) -> Admitted | Fault:
    """The route and operation of a request, or the fault to answer with."""
    target = parse(head.target)
    if target is None:
        return faults.BAD_PATH
    route = table.routes.get(target.backend)
    if route is None or not table.allows(route.endpoint):
        return faults.UNKNOWN_ROUTE
    names = {name.lower() for name, _ in head.headers}
    live = realtime.asks(head.method, target, head.values("upgrade"))
    if "upgrade" in names and not live:
        return faults.UPGRADE_REFUSED
    operation = read_operation(head.method, target.url) if live else _operation(head.method, target)
    if operation is None:
        return faults.LIST_REFUSED if by_id.lists(head.method, target) else faults.UNSUPPORTED_OPERATION
    named = target.alias is not None and target.alias != attribution.model
    in_query = realtime.model_in(target) != attribution.model if live else target.names_model
    if attribution.model not in route.models or named or in_query:
        return faults.MODEL_MISMATCH
    if "content-encoding" in names and not _is_plain(head):
        return faults.BAD_BODY
    form = target.operation in _FORMS_TOO or operation.api == _UPLOAD
    boundary = multipart.boundary(head.values("content-type")) if form else None
    usage = table.usage_of(attribution.tenant)
    return Admitted(attribution, target, route, operation, usage, boundary, head.method)


def _is_plain(head: Head) -> bool:
    return all(value.strip().lower() in _IDENTITY for value in head.values("content-encoding"))


def _operation(method: str, target: Target) -> Operation | None:
    known = method == "POST" and target.operation in OPERATIONS.get(target.form, ())
    others = (by_id.asks, by_id.runs, by_id.assistants, by_id.uploads)
    known = known or any(asks(method, target) for asks in others)
    return read_operation(method, target.url) if known else None


def prepare(admitted: Admitted, body: bytes) -> Prepared | Fault:
    """What is forwarded for a body: the client's bytes but for what is spliced; or a fault to answer with."""
    if admitted.operation.api == "realtime":
        target = realtime.for_deployment(admitted.target, admitted.route.deployment)
        return faults.BAD_BODY if body else Prepared(target, body, Asked(stream=True))
    if by_id.asks(admitted.method, admitted.target):
        return _prepare_by_id(admitted, body)
    if admitted.takes_time:
        return _prepare_upload(admitted, body)
    if admitted.boundary is not None:
        return _prepare_form(admitted, body, admitted.boundary)
    try:
        found = scan_object(body)
    except NotJson:
        return faults.BAD_BODY
    edits = _model_edits(admitted, found)
    if isinstance(edits, Fault):
        return edits
    return _with_usage(admitted, body, found, edits)


def _prepare_by_id(admitted: Admitted, body: bytes) -> Prepared | Fault:
    """The body, if any, names no model; what it does name is left to the service."""
    try:
        found = scan_object(body) if body else None
    except NotJson:
        return faults.BAD_BODY
    if admitted.method != "POST" and body:
        return faults.BAD_BODY
    if found is not None and any(member.key.lower() == "model" for member in found.members):
        return faults.MODEL_MISMATCH
    if found is not None and by_id.elsewhere(admitted.target, (member.key for member in found.members)):
        return faults.UNSUPPORTED_OPERATION
    return Prepared(admitted.target.url, body, _asked(found) if found is not None else Asked())


def _prepare_upload(admitted: Admitted, body: bytes) -> Prepared | Fault:
    if admitted.boundary is None:
        return faults.UPLOAD_REFUSED
    deployment = admitted.route.deployment
    edits = uploads.edits(body, admitted.boundary, admitted.attribution.model, deployment)
    if isinstance(edits, Fault):
        return edits
    return Prepared(admitted.target.url, spliced(body, edits) if edits else body, Asked())


def _model_edits(admitted: Admitted, found: ObjectText) -> list[Edit] | Fault:
    """What makes the body name the deployment, where the path names none; or the fault of its model.

    A run that names no model would take the one of its assistant, which another tenant may have made: it gets
    the route's.
    """
    method, target = admitted.method, admitted.target
    member, reason = model_in(found)
    if any(each.key != "model" and each.key.lower() == "model" for each in found.members):
        return faults.MODEL_MISMATCH  # some servers take names in any case
    in_path = target.alias is not None
    if member is None and reason == "missing_model" and by_id.runs(method, target):
        return [_model_added(found, admitted.route.deployment)]
    if member is None:
        optional = in_path or (by_id.assistants(method, target) and target.operation != "assistants")
        return [] if optional and reason == "missing_model" else faults.MODEL_MISMATCH
    if member.value != admitted.attribution.model:
        return faults.MODEL_MISMATCH
    return [] if in_path else [model_edit(member, admitted.route.deployment)]


def _model_added(found: ObjectText, deployment: str) -> Edit:
    """What gives a body a model that has none, or a `null`."""
    for member in found.named("model"):
        return model_edit(member, deployment)
    at = found.start + 1
    return Edit(at, at, b'"model":"%s"%s' % (deployment.encode(), b"," if found.members else b""))


def _with_usage(admitted: Admitted, body: bytes, found: ObjectText, edits: list[Edit]) -> Prepared:
    operation = admitted.operation
    target = admitted.target.for_deployment(admitted.route.deployment)
    if operation.api not in ("chat", "completions"):
        return Prepared(target, spliced(body, edits) if edits else body, _asked(found))
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


def _asked(found: ObjectText) -> Asked:
    streams, texts = found.named("stream"), found.named("input")
    text = texts[-1].value if texts else None
    return Asked(
        stream=bool(streams) and streams[-1].value is True,
        background=any(member.value is True for member in found.named("background")),
        characters=len(text) if isinstance(text, str) else None,
    )


def _prepare_form(admitted: Admitted, body: bytes, boundary: bytes) -> Prepared | Fault:
    try:
        fields = multipart.fields(body, boundary)
    except multipart.NotAForm:
        return faults.BAD_BODY
    models = [field for field in fields if field.name.strip().lower() == "model"]
    in_path = admitted.target.alias is not None
    if [field.name for field in models] != ["model"] and (models or not in_path):
        return faults.MODEL_MISMATCH
    if any(multipart.text_of(body, field) != admitted.attribution.model for field in models):
        return faults.MODEL_MISMATCH
    deployment = admitted.route.deployment
    edits = [] if in_path else [Edit(field.start, field.end, deployment.encode()) for field in models]
    streams = [multipart.text_of(body, field) for field in fields if field.name == "stream"]
    asked = Asked(stream=any(text is not None and text.strip().lower() == "true" for text in streams))
    target = admitted.target.for_deployment(deployment)
    return Prepared(target, spliced(body, edits) if edits else body, asked)


def _not_asked(admitted: Admitted, wish: Wish) -> str | None:
    """Why a stream is not asked for usage, or None where it is, or has asked for it by itself."""
    if not wish.stream or wish.requested_usage:
        return None
    if admitted.stream_usage is StreamUsage.OFF:
        return "stream_usage_off"
    if not supports_usage(admitted.operation.api, admitted.operation.api_version):
        return "api_version"
    return wish.reason or None
