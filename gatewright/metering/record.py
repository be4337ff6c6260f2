"""The usage record: what one attempt used, whose it was, and how we know. No money, no prompt, no answer.

Source: design, "The usage record"; names are OpenTelemetry's GenAI names without prefix.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from json.encoder import encode_basestring
from math import isfinite
from operator import attrgetter
from typing import TypeGuard, TypeVar

from gatewright.metering.json_text import Json, JsonObject, NotJson, read_object
from gatewright.metering.usage import QUANTITIES, Number, TokenUsage

VERSION = 1


class UsageSource(StrEnum):
    """How the quantities are known."""

    REPORTED = "reported"
    ESTIMATED = "estimated"
    MISSING = "missing"


class Settlement(StrEnum):
    """How the attempt ended."""

    COMPLETE = "complete"
    ABORTED_BY_CLIENT = "aborted_by_client"
    ABORTED_BY_UPSTREAM = "aborted_by_upstream"
    REFUSED = "refused"
    FAILED = "failed"
    CRASHED = "crashed"


NOTHING_USED = frozenset(
    {"already_counted", "api_states_no_usage", "counted_apart", "not_a_generation", "not_forwarded"}
)
"""Details of records without usage that lack nothing: none was used, or another record states it."""

PENDING = "pending"
"""Detail of a record whose usage is stated later, by another one with the same `record_id`."""


class NotARecord(ValueError):
    """A text that is no usage record of a known version. The message says which field is at fault."""


@dataclass(frozen=True, slots=True)
class RecordSource:
    """The recording a record was measured from: file and position of the entry, from 0."""

    file: str
    entry: int


@dataclass(frozen=True, slots=True)
class Bound:
    """Between which numbers an estimated quantity lies.

    Attributes:
        quantity: its name, as in `TokenUsage`.
        low: at least so many.
        high: at most so many; None where that cannot be told.
    """

    quantity: str
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One attempt that reached the proxy, or one recorded exchange.

    Attributes:
        record_id: unique; a sink that sends a record twice sends the same id.
        time: when the request began, aware UTC; None where a recording does not say.
        usage: the quantities.
        usage_source: how they are known.
        settlement: how the attempt ended.
        tenant: tenant id.
        subscription: APIM subscription id.
        user: keyed hash of the user.
        backend: APIM backend id, also the route's name.
        region: Azure region of the endpoint.
        provider_name: `azure.ai.openai`, `openai`, `anthropic`, or the host where it is none of these.
        operation_name: `chat`, `embeddings`, `text_completion` …
        request_model: the alias or model that was asked for.
        deployment: the deployment that was called.
        response_model: the model that answered.
        response_id: the answer's own id.
        request_id: one per client request; its attempts share it.
        stream: whether the answer was streamed.
        status: HTTP status of the answer, None where there was none.
        error_type: what went wrong, a short code.
        duration_ms: from the request's begin to the end.
        time_to_first_token_ms: from the request's begin to the first event or byte of the answer's body.
        usage_detail: why the usage is estimated or missing, or what does not add up in a reported one.
        usage_raw: the service's own numbers under its own names, nested names joined by dots.
        source: the recording.
        usage_bounds: of estimated quantities, and of those that could not be estimated: between which numbers
            the service's own count lies. Empty where it reported them.
    """

    record_id: str
    time: datetime | None
    usage: TokenUsage = field(default_factory=TokenUsage)
    usage_source: UsageSource = UsageSource.MISSING
    settlement: Settlement = Settlement.COMPLETE
    tenant: str | None = None
    subscription: str | None = None
    user: str | None = None
    backend: str | None = None
    region: str | None = None
    provider_name: str | None = None
    operation_name: str | None = None
    request_model: str | None = None
    deployment: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    request_id: str | None = None
    stream: bool = False
    status: int | None = None
    error_type: str | None = None
    duration_ms: float | None = None
    time_to_first_token_ms: float | None = None
    usage_detail: str | None = None
    usage_raw: tuple[tuple[str, Number], ...] = ()
    source: RecordSource | None = None
    usage_bounds: tuple[Bound, ...] = ()

    def to_json(self) -> str:
        """The record as one line of JSON, without line end. An unknown value's key is absent.

        >>> from datetime import UTC, datetime
        >>> UsageRecord("r1", datetime(2026, 11, 1, tzinfo=UTC), TokenUsage(input_tokens=3)).to_json()[:78]
        '{"version":1,"record_id":"r1","time":"2026-11-01T00:00:00.000Z","usage_source"'
        """
        usage = self.usage
        parts = [f'"version":{VERSION},"record_id":{_text(self.record_id)}']
        if self.time is not None:
            parts.append(f'"time":"{write_time(self.time)}"')
        parts.append(f'"usage_source":"{self.usage_source}","settlement":"{self.settlement}"')
        texts = zip(_TEXT_KEYS, _texts_of(self), strict=True)
        parts += [key + _text(value) for key, value in texts if value is not None]
        quantities = zip(_QUANTITY_KEYS, usage.values(), strict=True)
        parts += [key + _number(value) for key, value in quantities if value is not None]
        parts.append('"stream":true' if self.stream else '"stream":false')
        numbers = zip(_NUMBER_KEYS, _numbers_of(self), strict=True)
        parts += [key + _number(value) for key, value in numbers if value is not None]
        if self.usage_raw:
            raw = ",".join(
                [f"{_text(name)}:{_number(value)}" for name, value in dict(self.usage_raw).items()]
            )
            parts.append(f'"usage_raw":{{{raw}}}')
        parts += self._rare()
        return "{" + ",".join(parts) + "}"

    def _rare(self) -> Iterator[str]:
        if self.usage_bounds:
            yield f'"usage_bounds":{_JSON.encode({b.quantity: [b.low, b.high] for b in self.usage_bounds})}'
        if self.source is not None:
            yield f'"source":{_JSON.encode({"file": self.source.file, "entry": self.source.entry})}'

    @property
    def lacks_usage(self) -> bool:
        """Whether usage is missing that the service may have billed, refusals and failures left out."""
        if self.usage_source is not UsageSource.MISSING:
            return False
        if self.settlement in (Settlement.REFUSED, Settlement.FAILED):
            return False
        return not NOTHING_USED.intersection((self.usage_detail or "").split(","))

    @classmethod
    def read(cls, text: str | bytes) -> UsageRecord:
        """A record from its JSON. Keys that this version does not know are ignored.

        Raises:
            NotARecord: no JSON object, another version, or a field of the wrong kind.
        """
        try:
            plain = read_object(text)
        except NotJson as fault:
            raise NotARecord(str(fault)) from fault
        if plain.get("version") != VERSION:
            raise NotARecord(f"version is not {VERSION}")
        return _record(plain)


_TEXTS = (
    "tenant",
    "subscription",
    "user",
    "backend",
    "region",
    "provider_name",
    "operation_name",
    "request_model",
    "deployment",
    "response_model",
    "response_id",
    "request_id",
    "error_type",
    "usage_detail",
)
_NUMBERS = ("status", "duration_ms", "time_to_first_token_ms")
_TEXT_KEYS, _NUMBER_KEYS, _QUANTITY_KEYS = (
    tuple(f'"{name}":' for name in names) for names in (_TEXTS, _NUMBERS, QUANTITIES)
)
_texts_of = attrgetter(*_TEXTS)
_numbers_of = attrgetter(*_NUMBERS)
_text = encode_basestring
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_FRACTIONS = frozenset({"seconds"})


def _number(value: Number) -> str:
    if type(value) is int or (type(value) is float and isfinite(value)):
        return repr(value)
    return _JSON.encode(value)  # which refuses what JSON has no number for


def write_time(time: datetime) -> str:
    """A time as ISO 8601 in UTC with milliseconds, such as `2026-11-01T12:00:00.000Z`."""
    universal = time if time.tzinfo is UTC else time.astimezone(UTC)
    return universal.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def read_time(text: str) -> datetime:
    """A time from ISO 8601 with a zone.

    Raises:
        ValueError: not a time, or a time without a zone.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time needs its zone")
    return time.astimezone(UTC)


def _record(plain: JsonObject) -> UsageRecord:
    record_id = _text_in(plain, "record_id")
    if record_id is None:
        raise NotARecord("record_id is missing")
    texts = {name: _text_in(plain, name) for name in _TEXTS}
    status = _number_in(plain, "status")
    if status is not None and not isinstance(status, int):
        raise NotARecord("status is no whole number")
    stream = plain.get("stream", False)
    if not isinstance(stream, bool):
        raise NotARecord("stream is not true or false")
    return UsageRecord(
        record_id=record_id,
        time=_time(plain),
        usage=_usage(plain),
        usage_source=_member(UsageSource, plain, "usage_source"),
        settlement=_member(Settlement, plain, "settlement"),
        stream=stream,
        status=status,
        duration_ms=_number_in(plain, "duration_ms"),
        time_to_first_token_ms=_number_in(plain, "time_to_first_token_ms"),
        usage_raw=_raw(plain.get("usage_raw")),
        source=_source(plain.get("source")),
        usage_bounds=_bounds(plain.get("usage_bounds")),
        **texts,
    )


def _text_in(plain: Mapping[str, Json], name: str) -> str | None:
    value = plain.get(name)
    if value is None or isinstance(value, str):
        return value
    raise NotARecord(f"{name} is no text")


def _number_in(plain: Mapping[str, Json], name: str) -> Number | None:
    value = plain.get(name)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise NotARecord(f"{name} is no number")


def _time(plain: JsonObject) -> datetime | None:
    text = _text_in(plain, "time")
    if text is None:
        return None
    try:
        return read_time(text)
    except ValueError as fault:
        raise NotARecord("time is not ISO 8601 with a zone") from fault


def _usage(plain: JsonObject) -> TokenUsage:
    whole: dict[str, int | None] = {}
    for name in QUANTITIES:
        value = _number_in(plain, name)
        if value is not None and value < 0:
            raise NotARecord(f"{name} is negative")
        if name not in _FRACTIONS:
            if value is not None and not isinstance(value, int):
                raise NotARecord(f"{name} is no whole number")
            whole[name] = value
    return TokenUsage(seconds=_number_in(plain, "seconds"), **whole)


_Kind = TypeVar("_Kind", UsageSource, Settlement)


def _member(kind: type[_Kind], plain: JsonObject, name: str) -> _Kind:
    text = _text_in(plain, name)
    try:
        return kind(text or "")
    except ValueError as fault:
        raise NotARecord(f"{name} is none of {', '.join(kind)}") from fault


def _raw(value: Json) -> tuple[tuple[str, Number], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise NotARecord("usage_raw is no object")
    return tuple((key, number) for key in value if (number := _number_in(value, key)) is not None)


def _bounds(value: Json) -> tuple[Bound, ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise NotARecord("usage_bounds is no object")
    return tuple(_bound(name, pair) for name, pair in value.items())


def _bound(name: str, pair: Json) -> Bound:
    if name in QUANTITIES and isinstance(pair, list) and len(pair) == 2:
        low, high = pair
        if _whole(low) and (high is None or _whole(high)):
            return Bound(name, low, high)
    raise NotARecord(f"usage_bounds.{name} is not [least, most or null]")


def _whole(value: Json) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _source(value: Json) -> RecordSource | None:
    if value is None:
        return None
    if isinstance(value, dict):
        file, entry = value.get("file"), value.get("entry")
        if isinstance(file, str) and isinstance(entry, int) and not isinstance(entry, bool):
            return RecordSource(file, entry)
    raise NotARecord("source is not {file, entry}")
