"""The `context` of an expression as plain Python objects, which the gateway fills and changes.

Absent parts are None, and a member of one throws NullReferenceException in C#, as in API Management.
Texts go in as Python texts; bodies are bytes. Times are aware UTC.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15),
"Context variable".
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.context_parts import (
    Backend,
    Deployment,
    Foundry,
    Gateway,
    GraphQL,
    Group,
    KeyNames,
    LastError,
    Operation,
    Product,
    Subscription,
    User,
    UserIdentity,
    Workspace,
)
from gatewright.apim.expressions.faults import invalid_operation
from gatewright.apim.expressions.hashed import Comparer, NetDict
from gatewright.apim.expressions.utf16 import from_units, to_units
from gatewright.apim.expressions.values import NetArray, Value

_STRINGS = t.array(t.STRING)
_HEADERS = t.make("IReadOnlyDictionary", (t.STRING, _STRINGS))
_TEXTS = t.make("IReadOnlyDictionary", (t.STRING, t.STRING))
_OBJECTS = t.make("Dictionary", (t.STRING, t.OBJECT))


def ignoring_case() -> Comparer:
    """`StringComparer.OrdinalIgnoreCase`."""
    return Comparer("OrdinalIgnoreCase", str.upper, str.upper)


class Headers(NetDict):
    """Headers or query parameters: names without regard to case, each with its values in order.

    >>> h = Headers([("Accept", "a"), ("accept", "b")])
    >>> h.get("ACCEPT"), list(h.pairs())
    ('a,b', [('Accept', 'a'), ('Accept', 'b')])
    """

    __slots__ = ()

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(_HEADERS, ignoring_case())
        for name, value in pairs:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """One more value behind those that are there."""
        found = self.find(to_units(name))
        if found is None:
            self.put(to_units(name), NetArray(_STRINGS, [to_units(value)]))
        else:
            self.put(found[0], NetArray(_STRINGS, [*found[1].items, to_units(value)]))

    def set(self, name: str, values: Iterable[str]) -> None:
        """These values in place of any that are there."""
        self.put(to_units(name), NetArray(_STRINGS, [to_units(v) for v in values]))

    def remove(self, name: str) -> None:
        """No value any more."""
        self.drop(name)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The values joined by commas, or the default."""
        found = self.find(name)
        return default if found is None else from_units(",".join(found[1].items))

    def all(self, name: str) -> tuple[str, ...]:
        """The values in order, none where the name is absent."""
        found = self.find(name)
        return () if found is None else tuple(from_units(v) for v in found[1].items)

    def names(self) -> list[str]:
        """The names as first written."""
        return [from_units(name) for name, _ in self.data.values()]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each name with each of its values."""
        for name, values in self.data.values():
            for value in values.items:
                yield from_units(name), from_units(value)


class Parameters(NetDict):
    """`MatchedParameters`: names without regard to case, one text each."""

    __slots__ = ()

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        super().__init__(_TEXTS, ignoring_case())
        for name, value in (values or {}).items():
            self.set(name, value)

    def set(self, name: str, value: str) -> None:
        """Sets a parameter."""
        self.put(to_units(name), to_units(value))

    def get(self, name: str, default: str | None = None) -> str | None:
        """A parameter, or the default."""
        found = self.find(name)
        return default if found is None else from_units(found[1])


class Variables(NetDict):
    """`context.Variables`: names with regard to case, values that carry their .NET type.

    A Python `str`, `bool`, `int`, `float` or None is a `string`, `bool`, `int`, `double` or null; what a
    program returned, and a `Response`, may be stored as they are.
    """

    __slots__ = ()

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        super().__init__(_OBJECTS)
        for name, value in (values or {}).items():
            self.set(name, value)

    def set(self, name: str, value: Value) -> None:
        """Sets a variable."""
        self.put(to_units(name), to_units(value) if type(value) is str else value)

    def get(self, name: str, default: Value = None) -> Value:
        """A variable, or the default."""
        found = self.find(name)
        return default if found is None else found[1]

    def remove(self, name: str) -> None:
        """Unsets a variable."""
        self.drop(name)


@dataclass(slots=True)
class MessageBody:
    """A body, read once unless the reader preserves it.

    Attributes:
        data: the bytes, or None once it was consumed.
        decoded: the bytes that were last read as JSON, and what they hold; it is never changed.
    """

    data: bytes | None
    decoded: tuple[bytes, Value] | None = field(default=None, repr=False, compare=False)

    ty = t.make("IMessageBody")

    def take(self, preserve: bool) -> bytes:
        """The bytes; without `preserve` they are gone afterwards.

        Raises:
            NetError: InvalidOperationException when they are gone already (our reading of the documentation).
        """
        data = self.data
        if data is None:
            raise invalid_operation("The message body has already been consumed (preserveContent was false).")
        if not preserve:
            self.data = None
        return data


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL, as `System.Uri` sees it."""

    text: str

    ty = t.make("IUrl")

    def net_text(self) -> str:
        """The URL as `Uri.ToString()` gives it."""
        from gatewright.apim.expressions.net_uri import Uri

        return Uri(to_units(self.text)).net_text()

    @property
    def scheme(self) -> str:
        """`https`."""
        return urlsplit(self.text).scheme

    @property
    def host(self) -> str:
        """The host name, lower case."""
        return urlsplit(self.text).hostname or ""


@dataclass(slots=True)
class Request:
    """`context.Request`."""

    method: str = "GET"
    url: Url = field(default_factory=lambda: Url("https://contoso.azure-api.net/echo/resource"))
    original_url: Url | None = None
    headers: Headers = field(default_factory=Headers)
    body: MessageBody | None = None
    ip_address: str = "203.0.113.7"
    matched_parameters: Parameters = field(default_factory=Parameters)
    certificate: Value = None
    foundry: Foundry | None = None

    ty = t.make("IRequest")


@dataclass(slots=True)
class Response:
    """`context.Response`, and what `send-request` stores."""

    status_code: int = 200
    status_reason: str | None = "OK"
    headers: Headers = field(default_factory=Headers)
    body: MessageBody | None = None

    ty = t.make("IResponse")


@dataclass(slots=True)
class Api:
    """`context.Api`."""

    id: str | None = None
    name: str | None = None
    path: str | None = None
    revision: str | None = "1"
    version: str | None = None
    is_current_revision: bool = True
    service_url: Url | None = None
    protocols: tuple[str, ...] = ("https",)
    subscription_key_parameter_names: KeyNames = field(default_factory=KeyNames)
    workspace: Workspace | None = None

    ty = t.make("IApi")


_SAMPLE_ID = uuid.UUID("11111111-2222-3333-4444-555555555555")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Context:
    """`context`.

    Attributes:
        now: the clock behind `DateTime.UtcNow`; aware UTC.
        new_guid: what `Guid.NewGuid()` gives.
        seed: what seeds `new Random()`.
        traces: what `context.Trace` was given.
    """

    request: Request = field(default_factory=Request)
    response: Response | None = None
    variables: Variables = field(default_factory=Variables)
    api: Api | None = None
    operation: Operation | None = None
    product: Product | None = None
    subscription: Subscription | None = None
    user: User | None = None
    deployment: Deployment = field(default_factory=Deployment)
    backend: Backend | None = None
    last_error: LastError | None = None
    workspace: Workspace | None = None
    graphql: GraphQL | None = None
    timestamp: datetime = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    timestamp_ticks: int = 0
    elapsed: timedelta = timedelta(milliseconds=123)
    request_id: uuid.UUID = _SAMPLE_ID
    tracing: bool = False
    traces: list[str] = field(default_factory=list)
    now: Callable[[], datetime] = _now
    new_guid: Callable[[], uuid.UUID] = uuid.uuid4
    seed: Callable[[], int] = field(default_factory=lambda: lambda: random.SystemRandom().getrandbits(31))

    ty = t.make("IProxyRequestContext")

    @staticmethod
    def from_case(case: Mapping[str, object]) -> Context:
        """The context that a JSON description states (the comparison cases' format).

        Raises:
            ValueError: when a value of the description cannot be used.
        """
        from gatewright.apim.expressions.case_context import build

        return build(case)


def strings(values: Iterable[str]) -> NetArray:
    """Python texts as a `string[]`."""
    return NetArray(_STRINGS, [to_units(v) for v in values])


def array_of(name: str, values: Iterable[Value]) -> NetArray:
    """Objects as an array of a named type."""
    return NetArray(t.array(t.make(name)), list(values))


__all__ = [
    "Api",
    "Backend",
    "Context",
    "Deployment",
    "Foundry",
    "Gateway",
    "GraphQL",
    "Group",
    "Headers",
    "KeyNames",
    "LastError",
    "MessageBody",
    "Operation",
    "Parameters",
    "Product",
    "Request",
    "Response",
    "Subscription",
    "Url",
    "User",
    "UserIdentity",
    "Variables",
    "Workspace",
    "array_of",
    "ignoring_case",
    "strings",
]
