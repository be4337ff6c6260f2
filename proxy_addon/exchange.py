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

from gatewright.metering.attribution import Attribution
from gatewright.metering.exchange_meter import Ending, ExchangeMeter, Identity, MeteredRequest
from gatewright.metering.injection import StreamFilter
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from proxy_addon.admission import Admitted, Prepared
from proxy_addon.clock import Clock
from proxy_addon.faults import PROXY_FAILED, UPSTREAM_TIMEOUT, Fault

__all__ = ["Ending", "Exchange"]

_PLAIN = frozenset({"", "identity"})


class Exchange:
    """The state machine of one attempt. `settle` gives its record exactly once.

    Args:
        record_id: the record's id.
        attribution: whose attempt it is.
        admitted: where it goes; None for one that is refused at once.
        clock: the time.
    """

    def __init__(
        self, record_id: str, attribution: Attribution, admitted: Admitted | None, clock: Clock
    ) -> None:
        self.admitted = admitted
        self.record_id = record_id
        self._clock = clock
        self._time = clock.now()
        self._begin = clock.steady()
        self._meter = ExchangeMeter(record_id, _identity(attribution, admitted))
        self._fault: Fault | None = None
        self._prepared: Prepared | None = None
        self._filter: StreamFilter | None = None
        self._begun = False
        self._fed = False
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
        plain = all(value.lower() in _PLAIN for name, value in headers if name.lower() == "content-encoding")
        if self._prepared is not None and self._prepared.hide and status == 200 and plain:
            self._filter = StreamFilter()
        return self._filter is not None

    def feed(self, data: bytes) -> list[bytes]:
        """Takes bytes of the answer's body; what the client gets now, no item empty."""
        null_usage = self._meter.passes(data)
        if null_usage is None:
            self._meter.feed(data, None if self._fed else self._elapsed_ms())
            self._fed = True
        elif self._filter is not None and self._filter.between:
            return [self._filter.shown(data, null_usage)]
        return [data] if self._filter is None else _joined(self._filter.feed(data))

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
        return self._with_detail(record)

    def _begin_meter(self) -> None:
        """Tells the meter what was sent, once that is known."""
        if self._begun:
            return
        self._begun = True
        if self._prepared is not None:
            request = MeteredRequest("POST", self._prepared.target, asked=self._prepared.asked)
        else:
            request = MeteredRequest("POST", self.admitted.target.path if self.admitted else "", b"")
        self._meter.begin(request, self._time)

    def _with_detail(self, record: UsageRecord) -> UsageRecord:
        prepared = self._prepared
        note = None
        if prepared is not None and prepared.visible and record.usage_source is UsageSource.REPORTED:
            note = "usage_visible"
        if prepared is not None and prepared.not_asked and record.usage_source is UsageSource.MISSING:
            note = f"not_asked:{prepared.not_asked}"
        if note is None:
            return record
        return replace(record, usage_detail=f"{record.usage_detail},{note}" if record.usage_detail else note)

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


def _joined(parts: list[bytes]) -> list[bytes]:
    """One chunk for one read."""
    return parts if len(parts) < 2 else [b"".join(parts)]
