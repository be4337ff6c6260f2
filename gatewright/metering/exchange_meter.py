"""One exchange measured, from its request to its end: the same path for live traffic and for recordings.

```
meter = ExchangeMeter(record_id)
meter.begin(MeteredRequest("POST", url, body), time)
meter.response(200, headers)
for data in chunks:
    meter.feed(data)
record = meter.finish(Ending.COMPLETE, duration_ms=812.0)
```
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from gatewright.metering.apis import READERS
from gatewright.metering.apis.interpreter import Asked, error_code
from gatewright.metering.apis.reading import Reading, UsageReader
from gatewright.metering.asked import read_asked
from gatewright.metering.decoding import Decoder
from gatewright.metering.estimates.answer import AnswerWatch, VisibleAnswer
from gatewright.metering.estimates.counting import PROMPTS
from gatewright.metering.json_text import NotJson, read_object
from gatewright.metering.operations import Operation, read_operation
from gatewright.metering.record import RecordSource, Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage

Headers = Iterable[tuple[str, str]]

MAX_ERROR_BYTES = 64 * 1024

# Retrievals show what was billed before; counts and cancellations bill nothing.
_NOT_NEW = {
    "chat.get": "already_counted",
    "responses.get": "already_counted",
    "responses.cancel": "already_counted",
    "responses.compact": "not_a_generation",
    "responses.items": "not_a_generation",
    "responses.delete": "not_a_generation",
    "batches": "not_a_generation",
    "batches.get": "not_a_generation",
    "files.get": "not_a_generation",
    "files.content": "not_a_generation",
    "files.create": "not_a_generation",
    "files.delete": "not_a_generation",
    "vector_stores": "not_a_generation",
    "responses.count": "not_a_generation",
    "messages.count": "not_a_generation",
    "assistants.get": "already_counted",
    "assistants.steps": "already_counted",
    "assistants.items": "not_a_generation",
    "assistants.manage": "not_a_generation",
}
_UNKNOWN = Operation("unknown", "unknown", "unknown")
_NOTHING_ASKED = Asked()
_SHORT = re.compile(r"[\x20-\x7e]{1,128}\Z")


class Ending(Enum):
    """How an exchange ended, as its carrier saw it."""

    COMPLETE = "complete"
    CLIENT_LEFT = "client_left"
    UPSTREAM_LEFT = "upstream_left"
    NO_ANSWER = "no_answer"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True)
class Identity:
    """What the carrier knows about an exchange beside its bytes; all of it ids. See `UsageRecord`."""

    tenant: str | None = None
    subscription: str | None = None
    user: str | None = None
    backend: str | None = None
    region: str | None = None
    provider_name: str | None = None
    request_model: str | None = None
    deployment: str | None = None
    request_id: str | None = None
    source: RecordSource | None = None


@dataclass(frozen=True, slots=True)
class MeteredRequest:
    """A request, as sent to the service.

    Attributes:
        method: HTTP method.
        url: whole URL, or path with query.
        body: the body; None where it was not kept.
        asked: what the body says, where the carrier has read it already.
    """

    method: str
    url: str
    body: bytes | None = None
    asked: Asked | None = None


class ExchangeMeter:
    """Measures one exchange. No method raises, whatever the bytes are.

    Args:
        record_id: the record's id.
        identity: what is known beside the bytes.
        watch_answer: keep what the client sees of the answer, where that can be estimated, until its usage is
            stated; off, it costs nothing.

    Attributes:
        passes: takes a chunk if it is a plain event without usage, as `UsageReader.passes` says; a chunk that
            was not taken belongs into `feed`.
    """

    def __init__(
        self, record_id: str, identity: Identity | None = None, *, watch_answer: bool = False
    ) -> None:
        self._record_id = record_id
        self._identity = identity or Identity()
        self._time: datetime | None = None
        self._operation = _UNKNOWN
        self._asked = _NOTHING_ASKED
        self._status: int | None = None
        self._reader: UsageReader | None = None
        self._error = b""
        self._decoder: Decoder | None = None
        self.passes: Callable[[bytes], int | None] = _never
        self._first_ms: float | None = None
        self._record: UsageRecord | None = None
        self._broken = False
        self._watch_answer = watch_answer
        self._watch: AnswerWatch | None = None

    @property
    def operation(self) -> Operation:
        """What the request asks for."""
        return self._operation

    @property
    def asked(self) -> Asked:
        """What the request's body says."""
        return self._asked

    @property
    def stream(self) -> bool:
        """Whether the answer has turned out to be a stream of events."""
        return self._reader is not None and self._reader.stream

    def begin(self, request: MeteredRequest, time: datetime | None = None) -> None:
        """Takes the request and when it began (aware UTC)."""
        self._time = time
        self._operation = read_operation(request.method, request.url)
        self._asked = request.asked or read_asked(request.body or b"")

    def response(self, status: int, headers: Headers) -> None:
        """Takes the answer's status and headers."""
        self._status = status
        encodings = [value for name, value in headers if name.lower() == "content-encoding"]
        self._decoder = Decoder(",".join(encodings)) if encodings else None
        make = READERS.get(self._operation.api)
        if make is not None and 200 <= status < 300:
            watched = self._watch_answer and self._operation.api in PROMPTS
            self._watch = AnswerWatch(self._operation.api) if watched else None
            self._reader = UsageReader(make(self._asked), self._watch)
            self.passes = _never if self._decoder is not None else self._reader.passes

    def feed(self, data: bytes, elapsed_ms: float | None = None) -> None:
        """Takes bytes of the answer's body, and when they came, counted from the request's begin."""
        if not data:
            return
        if self._first_ms is None:
            self._first_ms = elapsed_ms
        try:
            decoded = data if self._decoder is None else self._decoder.feed(data)
            if self._reader is not None:
                self._reader.feed(decoded)
            elif len(self._error) < MAX_ERROR_BYTES:
                self._error += decoded[:MAX_ERROR_BYTES]
        except Exception:  # accounting must never stop a client's answer; the record says that it failed
            self._broken = True

    @property
    def watch(self) -> AnswerWatch | None:
        """What is kept of the answer, unread; see `visible_answer`."""
        return self._watch

    def visible_answer(self) -> VisibleAnswer | None:
        """What was seen of the answer, for `estimate`; None where nobody watched, or there was no answer.

        A document is seen when the meter has finished, and only one that states no usage. Reads all that was
        kept: for a worker thread, after `finish`.
        """
        return self._watch.answer() if self._watch is not None else None

    def finish(self, ending: Ending = Ending.COMPLETE, *, duration_ms: float | None = None) -> UsageRecord:
        """The record. The first call decides; later calls give the same record."""
        if self._record is None:
            try:
                self._record = self._settle(ending, duration_ms)
            except Exception:  # as in `feed`
                self._broken = True
                self._record = self._settled(Reading(detail="meter_failed"), ending, duration_ms)
        return self._record

    def part(self, record_id: str, reading: Reading, time: datetime | None = None) -> UsageRecord:
        """The record of a part of this exchange that counts by itself, such as a response of a session.

        Args:
            record_id: its id.
            reading: what the service says of it.
            time: when it came, aware UTC; by default when the exchange began.
        """
        record = self._settled(reading, Ending.COMPLETE, None)
        return replace(record, record_id=record_id, time=time or self._time, time_to_first_token_ms=None)

    def _settle(self, ending: Ending, duration_ms: float | None) -> UsageRecord:
        reading = self._reader.finish() if self._reader is not None else self._without_reader()
        if self._broken:
            reading = replace(reading, reported=None, detail="meter_failed")
        elif self._decoder is not None and self._decoder.fault and reading.reported is None:
            reading = replace(reading, detail=self._decoder.fault)
        return self._settled(reading, ending, duration_ms)

    def _without_reader(self) -> Reading:
        free = _NOT_NEW.get(self._operation.api)
        if self._status is None:
            return Reading(detail=free or "no_answer")
        if not 200 <= self._status < 300:
            return Reading(error=_error_in(self._error), ended=True, detail="error_status")
        return Reading(ended=True, detail=free or "no_reader_for_api")

    def _settled(self, reading: Reading, ending: Ending, duration_ms: float | None) -> UsageRecord:
        identity, operation = self._identity, self._operation
        source, usage, detail = _usage(reading)
        return UsageRecord(
            record_id=self._record_id,
            time=self._time,
            usage=usage,
            usage_source=source,
            settlement=settlement(self._status, reading, ending),
            tenant=identity.tenant,
            subscription=identity.subscription,
            user=identity.user,
            backend=identity.backend,
            region=identity.region,
            provider_name=identity.provider_name or operation.provider,
            operation_name=operation.name,
            request_model=identity.request_model or _short(self._asked.model) or _short(operation.deployment),
            deployment=identity.deployment or _short(operation.deployment),
            response_model=_short(reading.model),
            response_id=_short(reading.response_id),
            request_id=identity.request_id,
            stream=reading.stream or (self._asked.stream and self._status is None),
            status=self._status,
            error_type=self._error_type(reading, ending),
            duration_ms=duration_ms,
            time_to_first_token_ms=self._first_ms,
            usage_detail=detail,
            usage_raw=reading.reported.raw if reading.reported else (),
            source=identity.source,
        )

    def _error_type(self, reading: Reading, ending: Ending) -> str | None:
        if reading.error:
            return reading.error
        if self._status is None or ending is Ending.SHUTDOWN:
            return ending.value if ending is not Ending.COMPLETE else Ending.NO_ANSWER.value
        return str(self._status) if self._status >= 400 else None


def _usage(reading: Reading) -> tuple[UsageSource, TokenUsage, str | None]:
    flags = ",".join(reading.flags) or None
    if reading.reported is not None:
        return UsageSource.REPORTED, reading.reported.usage, flags
    if reading.counted is not None:
        return UsageSource.ESTIMATED, reading.counted, "counted_by_us"
    return UsageSource.MISSING, TokenUsage(), reading.detail


def _never(data: bytes) -> int | None:
    """No chunk is taken before the answer's head has come."""
    return None


def settlement(status: int | None, reading: Reading, ending: Ending) -> Settlement:
    """How an exchange ended, by what was seen rather than by who closed first.

    A client that closes behind the stream's last event has had everything; a service that closes cleanly
    without a last event has not sent everything.
    """
    if status is None:
        return Settlement.ABORTED_BY_CLIENT if ending is Ending.CLIENT_LEFT else Settlement.FAILED
    if status >= 500:
        return Settlement.FAILED
    if status >= 400:
        return Settlement.REFUSED
    if reading.error:
        return Settlement.FAILED
    if reading.ended and (reading.stream or ending is Ending.COMPLETE):
        return Settlement.COMPLETE
    if ending is Ending.CLIENT_LEFT:
        return Settlement.ABORTED_BY_CLIENT
    if ending is Ending.COMPLETE and not reading.stream:
        return Settlement.COMPLETE
    return Settlement.ABORTED_BY_UPSTREAM


def _error_in(body: bytes) -> str | None:
    try:
        value = read_object(body)
    except NotJson:
        return None
    return error_code(value.get("error", value)) if value else None


def _short(text: str | None) -> str | None:
    """A name that may stand in a record, or None: printable ASCII, at most 128 characters."""
    return text if text and _SHORT.match(text) else None
