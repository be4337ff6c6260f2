"""The proxy without its sockets: admits, keeps the open exchanges, settles them into the journal, counts.

Every exchange has a key that its carrier chose. Settling is idempotent: whoever comes first decides.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gatewright.metering.attribution import Proof
from gatewright.metering.record import UsageRecord
from proxy_addon import faults
from proxy_addon.admission import Admitted, Head, Prepared, admit, authenticate, prepare
from proxy_addon.apart import is_deferred
from proxy_addon.begun import begun
from proxy_addon.clock import Clock
from proxy_addon.evidence import STOPPED, Evidence, without_estimate
from proxy_addon.exchange import Ending, Exchange
from proxy_addon.faults import Fault
from proxy_addon.metrics import Metrics
from proxy_addon.routes import Endpoint, Table


@dataclass(frozen=True, slots=True)
class Status:
    """An answer to a probe: HTTP status, body and its media type."""

    status: int
    body: bytes
    media_type: str = "application/json"


class Recorder(Protocol):
    """Where attempts are recorded; see `journal.journal.Journal`."""

    written: int
    lost: int
    unbegun: int

    @property
    def failure(self) -> str | None:
        """Why recording does not work, or None."""

    @property
    def writable(self) -> bool:
        """Whether new traffic may be admitted."""

    @property
    def waiting(self) -> int:
        """Records that wait in memory."""

    def begin(self, record_id: str, text: str) -> bool:
        """Records that an attempt is about to be forwarded; whether it may be."""

    def end(self, record_id: str, text: str) -> None:
        """Records a settled attempt."""


class Estimator(Protocol):
    """Who estimates what was not stated; see `estimates.Estimates`."""

    def add(self, evidence: Evidence) -> None:
        """Takes an exchange; its record comes back to `Proxy.record`, once."""


class Proxy:
    """All exchanges of this process.

    Args:
        table: the routes.
        proof: what proves that a request comes from the gateway.
        journal: where records go.
        clock: the time.
        new_id: makes record ids.

    Attributes:
        table: the routes for requests that come from now on; may be replaced at any time.
        draining: whether new exchanges are refused.
        counts: settlements, and slugs of faults.
        metrics: what `/metrics` shows.
        estimates: who estimates usage that was not stated; None: it stays missing.
        refuses_deferred: whether background responses, and runs that are not streamed, are refused.
    """

    def __init__(
        self, table: Table, proof: Proof, journal: Recorder, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self.table = table
        self.journal = journal
        self.draining = False
        self.counts: Counter[str] = Counter()
        self.metrics = Metrics()
        self.estimates: Estimator | None = None
        self.refuses_deferred = False
        self._proof = proof
        self._clock = clock
        self._new_id = new_id
        self._open: dict[str, Exchange] = {}

    @property
    def open_count(self) -> int:
        """Exchanges that are open."""
        return len(self._open)

    def probe(self, method: str, target: bytes) -> Status | None:
        """The answer to `/health` (the process lives), `/ready` (it takes traffic), `/metrics`, else None."""
        if method not in ("GET", "HEAD"):
            return None
        path = target.partition(b"?")[0]
        if path not in (b"/health", b"/ready", b"/metrics"):
            return None
        if path == b"/metrics":
            return Status(200, self.metrics.render(self).encode(), "text/plain; version=0.0.4; charset=utf-8")
        journal = self.journal
        state = "draining" if self.draining else "ok" if journal.writable else "ledger-unwritable"
        body = {"status": state, "open": self.open_count, "written": journal.written}
        body |= {"waiting": journal.waiting, "lost": journal.lost}
        if journal.failure is not None:
            body |= {"reason": journal.failure, "unbegun": journal.unbegun}
        return Status(200 if path == b"/health" or state == "ok" else 503, json.dumps(body).encode())

    def begin(self, key: str, head: Head) -> Fault | None:
        """Takes the head of a request; None when its body is wanted, else the fault to answer with."""
        attribution = authenticate(head, self._proof)
        if isinstance(attribution, Fault):
            return self._count(attribution)
        if not self.journal.writable:
            return self._count(faults.LEDGER_UNWRITABLE)
        found = faults.DRAINING if self.draining else admit(head, attribution, self.table)
        admitted = found if isinstance(found, Admitted) else None
        exchange = Exchange(self._new_id(), attribution, admitted, self._clock)
        self._open[key] = exchange
        if isinstance(found, Fault):
            exchange.refuse(found)
            return self._count(found)
        return None

    def takes_time(self, key: str) -> bool:
        """Whether the body of a request is to be prepared in a thread: by `prepare`, then into `forward`."""
        exchange = self._open.get(key)
        return exchange is not None and exchange.admitted is not None and exchange.admitted.takes_time

    def prepare(self, key: str, body: bytes) -> Prepared | Fault:
        """What is sent for a body; changes nothing."""
        exchange = self._open.get(key)
        if exchange is None or exchange.admitted is None:
            return faults.PROXY_FAILED
        found = prepare(exchange.admitted, body)
        if isinstance(found, Fault) or not self.refuses_deferred:
            return found
        later = is_deferred(exchange.admitted.operation.api, found.asked)
        runs_on = found.asked.background or not found.asked.stream
        return faults.DEFERRED_REFUSED if later and runs_on else found

    def forward(
        self, key: str, body: bytes, found: Prepared | Fault | None = None
    ) -> tuple[Endpoint, Prepared] | Fault:
        """Takes the body; where the request goes and as what, or the fault to answer with.

        Args:
            key: the key of the exchange.
            body: the body as it came.
            found: what `prepare` gave for it; None to prepare it now.
        """
        exchange = self._open.get(key)
        if exchange is None or exchange.admitted is None:
            return self._count(faults.PROXY_FAILED)
        found = found or self.prepare(key, body)
        if isinstance(found, Fault):
            exchange.refuse(found)
            return self._count(found)
        record = begun(exchange.record_id, exchange.time, exchange.admitted, found)
        if not self.journal.begin(exchange.record_id, record):
            exchange.refuse(faults.LEDGER_UNWRITABLE)
            return self._count(faults.LEDGER_UNWRITABLE)
        exchange.forward(found)
        return exchange.admitted.route.endpoint, found

    def exchange(self, key: str) -> Exchange | None:
        """The open exchange of a key."""
        return self._open.get(key)

    def refuse(self, key: str, fault: Fault) -> None:
        """The carrier answers by itself; an answer counts once, by its first fault."""
        exchange = self._open.get(key)
        if exchange is None or exchange.fault is None:
            self._count(fault)
        if exchange is not None:
            exchange.refuse(fault)

    def settle(self, key: str, ending: Ending) -> None:
        """Writes the record of an exchange that has ended; later calls do nothing."""
        exchange = self._open.pop(key, None)
        record = exchange.settle(ending) if exchange else None
        if exchange is None or record is None:
            return
        for part in exchange.parts:
            self.record(part)
        evidence = exchange.evidence(record) if self.estimates is not None else None
        if evidence is None or self.estimates is None:
            self.record(record)
            return
        if self.journal.failure is None:  # what is true if the estimate is never made
            self.journal.begin(record.record_id, without_estimate(record, STOPPED).to_json())
        self.estimates.add(evidence)

    def message(self, key: str, data: bytes) -> None:
        """Takes a message that an upstream has sent in a session; writes the record of what it settles."""
        exchange = self._open.get(key)
        record = exchange.message(data) if exchange is not None else None
        if record is not None:
            self.record(record)

    def record(self, record: UsageRecord) -> None:
        """Writes a settled record."""
        self.counts[record.settlement.value] += 1
        self.metrics.observe(record)
        self.journal.end(record.record_id, record.to_json())

    def use(self, table: Table) -> None:
        """Takes new routes for the requests that come from now on."""
        self.table = table

    def begin_draining(self) -> None:
        """From now on new exchanges are refused and connections closed behind their answers."""
        self.draining = True

    def settle_open(self) -> int:
        """Settles what is still open as cut by the shutdown; how many these were."""
        keys = list(self._open)
        for key in keys:
            self.settle(key, Ending.SHUTDOWN)
        return len(keys)

    def may_connect(self, host: str, port: int) -> bool:
        """Whether an upstream connection may be opened: to an endpoint of a route, and to nothing else."""
        return self._in_table(host, port) or any(
            _address(exchange) == (host, port) for exchange in self._open.values()
        )

    def _in_table(self, host: str, port: int) -> bool:
        return any(
            (route.endpoint.host, route.endpoint.port) == (host, port) and self.table.allows(route.endpoint)
            for route in self.table.routes.values()
        )

    def _count(self, fault: Fault) -> Fault:
        self.counts[fault.slug] += 1
        return fault


def _address(exchange: Exchange) -> tuple[str, int] | None:
    """Where a forwarded exchange goes: admitted before the routes were replaced, it still may."""
    if exchange.admitted is None or not exchange.forwarded:
        return None
    endpoint = exchange.admitted.route.endpoint
    return endpoint.host, endpoint.port
