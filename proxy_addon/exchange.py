"""One exchange's states, from its begin to the one record it leaves. Plain Python: no mitmproxy, no sockets.

```
begun ──▶ forwarded ──▶ answered (chunks …) ──▶ settled
  └───────────┴── refuse(fault) ──────────────▶ settled
```
What an ending means is judged by what was seen, not by who closed first: a client that leaves behind the end
mark has had everything, and an upstream that closes an unframed stream before it has broken off
(`gatewright.metering.exchange_meter.settlement`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gatewright.metering.apis.reading import Reading
from gatewright.metering.attribution import Attribution
from gatewright.metering.decoding import Decoder
from gatewright.metering.estimate import may_be_estimated
from gatewright.metering.estimates.counting import PROMPTS
from gatewright.metering.exchange_meter import Ending, ExchangeMeter, Identity, MeteredRequest
from gatewright.metering.injection import StreamFilter
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from proxy_addon import apart
from proxy_addon.admission import Admitted, Prepared
from proxy_addon.clock import Clock
from proxy_addon.evidence import MAX_REQUEST_BYTES, Evidence
from proxy_addon.faults import PROXY_FAILED, UPSTREAM_TIMEOUT, Fault
from proxy_addon.realtime import SWITCHING, Session

__all__ = ["Ending", "Exchange"]

OK = 200
_PLAIN = frozenset({"", "identity"})


class Exchange:
    """The state machine of one attempt. `settle` gives its record exactly once.

    Args:
        record_id: the record's id.
        attribution: whose attempt it is.
        admitted: where it goes; None for one that is refused at once.
        clock: the time.

    Attributes:
        parts: records beside the attempt's own, once it is settled; see `apart`.
    """

    parts: tuple[UsageRecord, ...] = ()

    def __init__(
        self, record_id: str, attribution: Attribution, admitted: Admitted | None, clock: Clock
    ) -> None:
        self.admitted = admitted
        self.record_id = record_id
        self._clock = clock
        self._method = admitted.method if admitted is not None else "POST"
        self._time = clock.now()
        self._begin = clock.steady()
        self._meter = ExchangeMeter(record_id, _identity(attribution, admitted), watch_answer=True)
        self._fault: Fault | None = None
        self._prepared: Prepared | None = None
        self._filter: StreamFilter | None = None
        self._session: Session | None = None
        self._fetch: apart.Fetch | None = None
        self._fetched: Decoder | None = None
        self._begun = False
        self._fed = False
        self._missing_bytes: int | None = None
        self._settled = False

    @property
    def fault(self) -> Fault | None:
        """The fault that the proxy answers with, or None."""
        return self._fault

    @property
    def time(self) -> datetime:
        """When the request began, aware UTC."""
        return self._time

    @property
    def forwarded(self) -> bool:
        """Whether the request was handed over for the upstream."""
        return self._prepared is not None

    @property
    def whole(self) -> bool:
        """Whether the last byte has come of an answer that reaches the client with its stated length."""
        return self._missing_bytes == 0

    def refuse(self, fault: Fault) -> None:
        """The proxy answers by itself; the first fault stays."""
        self._fault = self._fault or fault

    def forward(self, prepared: Prepared) -> None:
        """The request goes to the upstream."""
        self._prepared = prepared

    def answer(self, status: int, headers: Sequence[tuple[str, str]]) -> bool:
        """The head of the answer has come; whether bytes of its body may be removed."""
        self._begin_meter()
        self._meter.response(status, headers)
        encodings = [value for name, value in headers if name.lower() == "content-encoding"]
        plain = all(value.lower() in _PLAIN for value in encodings)
        if self._prepared is not None and self._prepared.hide and status == 200 and plain:
            self._filter = StreamFilter()
        else:
            self._missing_bytes = _stated(headers)
        if status == OK and self.admitted is not None:
            self._fetch = apart.fetch_of(self.admitted.operation.api, self.admitted.target.path)
            self._fetched = None if plain else Decoder(",".join(encodings))
        return self._filter is not None

    def feed(self, data: bytes) -> list[bytes]:
        """Takes bytes of the answer's body; what the client gets now, no item empty."""
        if self._missing_bytes:
            self._missing_bytes = max(0, self._missing_bytes - len(data))
        if self._fetch is not None:
            self._fetch.feed(data if self._fetched is None else self._fetched.feed(data))
        null_usage = self._meter.passes(data)
        if null_usage is None:
            self._meter.feed(data, None if self._fed else self._elapsed_ms())
            self._fed = True
        elif self._filter is not None and self._filter.between:
            return [self._filter.shown(data, null_usage)]
        return [data] if self._filter is None else _joined(self._filter.feed(data))

    def switch(self) -> None:
        """The upstream has switched protocols: a realtime session begins."""
        self._begin_meter()
        self._meter.response(SWITCHING, ())
        self._session = Session(self.record_id, self._meter, self._clock)

    @property
    def live(self) -> bool:
        """Whether a realtime session was asked for."""
        return self.admitted is not None and self.admitted.operation.api == "realtime"

    @property
    def switched(self) -> bool:
        """Whether a session has begun."""
        return self._session is not None

    def message(self, data: bytes) -> UsageRecord | None:
        """Takes a message that the service has sent in a session; the record of what it settles, or None."""
        return None if self._session is None or self._settled else self._session.message(data)

    def flush(self) -> list[bytes]:
        """The upstream's body has ended; what was held back, no item empty."""
        return [] if self._filter is None else _joined(self._filter.finish())

    def settle(self, ending: Ending) -> UsageRecord | None:
        """The record of this attempt at the first call, None at every later one."""
        if self._settled:
            return None
        self._settled = True
        self._begin_meter()
        record = self._meter.finish(ending, duration_ms=self._elapsed_ms())
        if self._prepared is None:
            record = replace(record, usage_detail="not_forwarded")
        if self._fault is not None:
            return _refused(record, self._fault)
        if self._session is not None:
            return self._session.settled(record)
        if self._counts_apart(record, ending):
            return apart.without_usage(record)
        return self._with_detail(record)

    def _counts_apart(self, record: UsageRecord, ending: Ending) -> bool:
        """Whether there is usage, stated or to come, that has records of its own, now in `parts`."""
        prepared = self._prepared
        api = self._meter.operation.api
        if self._fetch is not None and ending is Ending.COMPLETE:
            self.parts = tuple(self._part(name, each) for name, each in self._fetch.readings().items())
        elif prepared is not None and record.response_id and apart.is_deferred(api, prepared.asked):
            self.parts = apart.begun(record, self._part_id(record.response_id))
        if self.admitted is not None and api.startswith("assistants"):
            self.parts = tuple(apart.judged(part, self.admitted.route) for part in self.parts)
        return bool(self.parts)

    def _part(self, name: str, reading: Reading) -> UsageRecord:
        return self._meter.part(self._part_id(name), reading, apart.made_at(reading, self._time))

    def _part_id(self, name: str) -> str:
        return apart.record_id(self.admitted.route.endpoint.host if self.admitted else "", name)

    def evidence(self, record: UsageRecord) -> Evidence | None:
        """What can be known of a settled attempt's usage by other means; None where that is all or nothing.

        Args:
            record: the record, as `settle` gave it.
        """
        prepared, answer = self._prepared, self._meter.watch
        seen = answer is not None and answer.begun
        if prepared is None or self.admitted is None or self._meter.operation.api not in PROMPTS:
            return None
        if not may_be_estimated(record, seen=seen):
            return None
        body = prepared.body if len(prepared.body) <= MAX_REQUEST_BYTES else None
        return Evidence(record, self._method, prepared.target, body, answer, self.admitted.route.model)

    def _begin_meter(self) -> None:
        """Tells the meter what was sent, once that is known."""
        if self._begun:
            return
        self._begun = True
        if self._prepared is not None:
            request = MeteredRequest(self._method, self._prepared.target, asked=self._prepared.asked)
        else:
            request = MeteredRequest(self._method, self.admitted.target.path if self.admitted else "", b"")
        self._meter.begin(request, self._time)

    def _with_detail(self, record: UsageRecord) -> UsageRecord:
        prepared = self._prepared
        if prepared is None:
            return record
        notes = [record.usage_detail] if record.usage_detail else []
        if record.usage_source is UsageSource.MISSING:
            if prepared.not_asked:
                notes.append(f"not_asked:{prepared.not_asked}")
            if self._meter.operation.api not in PROMPTS and may_be_estimated(record, seen=False):
                notes.append("cannot_be_estimated,api_not_estimated")
        elif prepared.visible and record.usage_source is UsageSource.REPORTED:
            notes.append("usage_visible")
        detail = ",".join(notes) or None
        return record if detail == record.usage_detail else replace(record, usage_detail=detail)

    def _elapsed_ms(self) -> float:
        return round((self._clock.steady() - self._begin) * 1000, 1)


def _identity(attribution: Attribution, admitted: Admitted | None) -> Identity:
    route = admitted.route if admitted else None
    return Identity(
        tenant=attribution.tenant,
        subscription=attribution.subscription,
        user=attribution.user,
        backend=route.backend if route else None,
        region=route.region if route else None,
        provider_name=route.provider if route else None,
        request_model=attribution.model,
        deployment=route.deployment if route else None,
        request_id=attribution.request_id,
    )


def _refused(record: UsageRecord, fault: Fault) -> UsageRecord:
    settlement = Settlement.FAILED if fault in (PROXY_FAILED, UPSTREAM_TIMEOUT) else Settlement.REFUSED
    return replace(record, settlement=settlement, status=fault.status, error_type=fault.slug)


def _stated(headers: Sequence[tuple[str, str]]) -> int | None:
    """The length that an answer's head states, None where it states none, or none that is plain."""
    if any(name.lower() == "transfer-encoding" for name, _ in headers):
        return None
    stated = [value for name, value in headers if name.lower() == "content-length"]
    return int(stated[0]) if len(stated) == 1 and len(stated[0]) < 16 and stated[0].isdigit() else None


def _joined(parts: list[bytes]) -> list[bytes]:
    """One chunk for one read."""
    return parts if len(parts) < 2 else [b"".join(parts)]
