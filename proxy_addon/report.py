"""What the journal, the ledger and the loop add to `/metrics`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proxy_addon.deadlines import Deadlines
from proxy_addon.estimates import Estimates
from proxy_addon.journal.replica import Replica
from proxy_addon.ledger import NAME
from proxy_addon.lifecycle import Keeper, LoopLag
from proxy_addon.metrics import Family, Sample, number
from proxy_addon.reload import Reloader
from proxy_addon.sinks import report as sinks_report
from proxy_addon.sinks.shipper import Status


def families(
    replica: Replica,
    keeper: Keeper,
    statuses: Sequence[Status],
    lag: LoopLag,
    deadlines: Deadlines,
    reloader: Reloader,
) -> Iterator[Family]:
    """All of it, from numbers that are at hand; nothing here reads a file."""
    yield from _journal(replica)
    sinks = (Sample({"sink": NAME}, keeper.lag_bytes), *sinks_report.lag(statuses))
    yield Family("sink_lag_bytes", "gauge", "Bytes of the journal that a sink has not read.", sinks)
    if keeper.ledger is not None:
        sent = (Sample({"sink": NAME}, keeper.ledger.written), *sinks_report.taken(statuses))
        yield Family("sink_records_total", "counter", "Records that a sink has taken.", sent)
        own = Sample({"sink": NAME}, int(keeper.ledger.failure is not None))
        failing = (own, *sinks_report.failing(statuses))
        yield Family("sink_failing", "gauge", "Whether a sink's last attempt failed.", failing)
    yield from sinks_report.families(statuses)
    worst = (Sample({"over": "last"}, lag.last), Sample({"over": "start"}, lag.worst))
    yield Family("loop_lag_seconds", "gauge", "How late the event loop was, last and at worst.", worst)
    cuts = tuple(Sample({"deadline": name}, count) for name, count in sorted(deadlines.cuts.items()))
    yield Family("deadline_cuts_total", "counter", "Exchanges that a deadline cut.", cuts)
    loads = (
        Sample({"outcome": "loaded"}, reloader.loaded),
        Sample({"outcome": "refused"}, reloader.refused),
    )
    yield Family("route_reloads_total", "counter", "Routes files that were read again.", loads)


def estimates(made: Estimates) -> Iterator[Family]:
    """What became of usage that was not stated."""
    counts = tuple(Sample({"outcome": name}, count) for name, count in sorted(made.counts.items()))
    yield Family("estimates_total", "counter", "Attempts whose usage was to be estimated.", counts)
    yield number("estimates_pending", "gauge", "Attempts that wait for their estimate.", made.pending)
    yield number("estimates_pending_bytes", "gauge", "Memory that they hold.", made.pending_bytes)


def _journal(replica: Replica) -> Iterator[Family]:
    journal = replica.journal
    yield number("journal_bytes", "gauge", "Bytes in the journal's segments.", journal.size_bytes)
    yield number("journal_open_begins", "gauge", "Begins without an end.", journal.open_count)
    yield number("journal_records_total", "counter", "Settled records in the journal.", journal.written)
    yield number("journal_waiting_records", "gauge", "Records that wait in memory.", journal.waiting)
    yield number("journal_failing", "gauge", "Whether recording fails.", int(journal.failure is not None))
    yield number("journal_lost_total", "counter", "Settled records that were dropped.", journal.lost)
    yield number("journal_unbegun_total", "counter", "Attempts served without a begin.", journal.unbegun)
    crashed, damaged = replica.crashed, replica.damaged
    yield number("journal_crashed_total", "counter", "Begins without an end that were settled.", crashed)
    yield number("journal_damaged_total", "counter", "Lines of the journal that could not be read.", damaged)
    yield number(
        "journal_sources", "gauge", "Folders that are read, adopted ones too.", len(replica.sources())
    )
