"""The ledger: what cannot be written waits, is written once, and stops new traffic meanwhile."""

from __future__ import annotations

import errno

from proxy_addon.ledger import Ledger


class Sink:
    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.broken = False
        self.sync_broken = False

    def append(self, line: bytes) -> None:
        if self.broken:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.lines.append(line)

    def sync(self) -> None:
        if self.sync_broken:
            raise OSError(errno.EIO, "Input/output error")

    def close(self) -> None:
        self.lines.append(b"closed")


def test_records_are_lines() -> None:
    sink = Sink()
    ledger = Ledger(sink)
    ledger.append("{}")
    assert (sink.lines, ledger.written, ledger.unsynced) == ([b"{}\n"], 1, True)
    ledger.sync()
    assert not ledger.unsynced


def test_what_cannot_be_written_waits_and_is_written_once_in_order() -> None:
    sink = Sink()
    ledger = Ledger(sink)
    sink.broken = True
    ledger.append("1")
    ledger.append("2")
    assert (ledger.writable, ledger.waiting, ledger.failure) == (False, 2, "No space left on device")
    sink.broken = False
    ledger.retry()
    assert (ledger.writable, ledger.waiting, sink.lines) == (True, 0, [b"1\n", b"2\n"])


def test_what_waits_is_bounded_and_the_loss_is_counted() -> None:
    sink = Sink()
    ledger = Ledger(sink, max_waiting=1)
    sink.broken = True
    for text in "123":
        ledger.append(text)
    assert (ledger.waiting, ledger.lost) == (1, 2)


def test_a_failed_sync_stops_new_traffic_until_one_succeeds() -> None:
    sink = Sink()
    ledger = Ledger(sink)
    sink.sync_broken = True
    ledger.append("1")
    ledger.sync()
    ledger.append("2")
    assert (ledger.writable, ledger.unsynced) == (False, True)
    sink.sync_broken = False
    ledger.sync()
    assert ledger.writable


def test_closing_writes_what_waits() -> None:
    sink = Sink()
    ledger = Ledger(sink)
    sink.broken = True
    ledger.append("1")
    sink.broken = False
    ledger.close()
    assert sink.lines == [b"1\n", b"closed"]
