"""Ledgers: JSONL files of usage records, as the proxy writes them.

A sink may send a record twice; the `record_id` tells, and the first one counts that is not pending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.chargeback import codes
from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.metering.record import PENDING, UsageRecord


@dataclass(slots=True)
class LedgerNotes:
    """What was noticed while reading: repeated records, lines cut off by a crash."""

    repeated: int = 0
    warnings: list[Diagnostic] = field(default_factory=list)


def read_ledger(paths: Iterable[Path], notes: LedgerNotes) -> Iterator[UsageRecord]:
    """The records of ledgers in the order of the files, each `record_id` once; those still pending last.

    Raises:
        Rejected: CHB710 when a file cannot be read, CHB711 when a line is no usage record.
    """
    seen: set[str] = set()
    pending: dict[str, UsageRecord] = {}
    for path in paths:
        for record in _records(path, notes):
            waits = record.usage_detail == PENDING
            if record.record_id in seen or (waits and record.record_id in pending):
                notes.repeated += 1
            elif waits:
                pending[record.record_id] = record
            else:
                pending.pop(record.record_id, None)
                seen.add(record.record_id)
                yield record
    yield from pending.values()


def _records(path: Path, notes: LedgerNotes) -> Iterator[UsageRecord]:
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    record = _record(line, Span(str(path), number, 1, number, 2), notes)
                    if record is not None:
                        yield record
    except OSError as fault:
        message = f"cannot read the ledger: {fault.strerror or fault}"
        hint = "name a ledger, such as the one that gatewright serve or replay tells at its end"
        raise Rejected([codes.NO_LEDGER.at(Span(str(path)), message, hint=hint)]) from fault


def _record(line: bytes, place: Span, notes: LedgerNotes) -> UsageRecord | None:
    try:
        return UsageRecord.read(line)
    except (ValueError, Rejected) as fault:
        if not line.endswith(b"\n"):
            message = "the last line is cut off and not counted"
            notes.warnings.append(codes.TORN_RECORD.at(place, message))
            return None
        text = "; ".join(d.message for d in fault.diagnostics) if isinstance(fault, Rejected) else str(fault)
        hint = "a ledger has one JSON object a line, as the proxy's JSONL sink writes it"
        raise Rejected([codes.BAD_RECORD.at(place, f"this is no usage record: {text}", hint=hint)]) from fault
