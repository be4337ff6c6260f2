"""`python -m proxy_addon resend`: sends the dead letters of sinks again.

The letters are moved aside into a small journal folder of their own and shipped from there, by the same code
and with the same guarantees as records of the journal: at least once, a place that is kept, and what is
refused again becomes a dead letter again. A run that is cut short is taken up by the next one.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.diagnostics.render import render_text
from gatewright.metering.json_text import NotJson, object_at, read_object, text_at
from proxy_addon import logs
from proxy_addon.clock import SystemClock
from proxy_addon.codes import BAD_OPTION
from proxy_addon.journal import frames
from proxy_addon.journal.cursor import CursorStore
from proxy_addon.journal.lease import Held, Lease
from proxy_addon.journal.settled import SettledReader, Source, segment_path
from proxy_addon.settings import PREFIX, Parser
from proxy_addon.sinks import codes, registry
from proxy_addon.sinks.context import Built, SinkContext
from proxy_addon.sinks.dead_letters import SUFFIX
from proxy_addon.sinks.shipping import Shipping

COMMAND = "resend"
_REPLICA = "resend"
_ASIDE = "letters"


@dataclass(frozen=True, slots=True)
class Resent:
    """What became of a sink's dead letters.

    Attributes:
        sink: its name.
        delivered: records that have arrived.
        refused: records that were refused again; they are dead letters again.
        left_bytes: what could not be sent in the time given; the next run goes on with it.
    """

    sink: str
    delivered: int = 0
    refused: int = 0
    left_bytes: int = 0


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Sends again and prints one JSON line for each sink.

    Returns:
        0 when nothing is left, 1 when something was refused again or is left, 2 for misuse.
    """
    try:
        given = _parse(arguments, environment)
        logs.install(sys.stderr)
        built = registry.build(given.sink, SinkContext(SystemClock(), _REPLICA))
        done = [_send(each, given.dead_letters, given.seconds) for each in built]
    except Rejected as rejected:
        sys.stderr.write(render_text(rejected.diagnostics, lambda _: None))
        return 2
    for each in done:
        sys.stdout.write(json.dumps(asdict(each)) + "\n")
    return 1 if any(each.refused or each.left_bytes for each in done) else 0


def _parse(arguments: Sequence[str], environment: Mapping[str, str]) -> argparse.Namespace:
    """The options; the proxy's own variables stand in for those that are not given."""
    ledger = environment.get(PREFIX + "LEDGER")
    folder = environment.get(PREFIX + "DEAD_LETTERS") or (f"{ledger}.dead" if ledger else None)
    sinks = environment.get(PREFIX + "SINK", "").split()
    parser = Parser(
        prog=f"python -m proxy_addon {COMMAND}",
        description="Sends again what sinks have refused, once the reason is mended.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--sink", metavar="ADDRESS", action="append", help="the sink, as the proxy has it; may be repeated")
    add("--dead-letters", metavar="DIR", type=Path, default=folder, help="the folder of dead letters")
    add("--seconds", metavar="N", type=int, default=60, help="how long to try for each sink (60)")
    given = parser.parse_args(arguments)
    given.sink = given.sink or sinks
    if not given.sink or given.dead_letters is None or not 1 <= given.seconds <= 86400:
        message = "--sink and --dead-letters are needed, and --seconds is from 1 to 86400"
        raise Rejected([BAD_OPTION.at(None, message, hint="give them as the proxy has them")])
    given.dead_letters = Path(given.dead_letters)
    return given


def _send(built: Built, dead: Path, seconds: int) -> Resent:
    file, folder = dead / f"{built.name}{SUFFIX}", dead / f"{built.name}.{COMMAND}"
    try:
        if not file.exists() and not folder.exists():
            built.sink.close()
            return Resent(built.name)
        lease = Lease(folder)
        _take(file, folder)
        done = _ship(built, folder, dead, seconds)
        if not done.left_bytes:
            shutil.rmtree(folder)
        lease.release()
    except Held:
        raise Rejected([_unusable(built, folder, "another run sends them")]) from None
    except OSError as fault:
        raise Rejected([_unusable(built, folder, os.strerror(fault.errno or 0))]) from fault
    return done


def _unusable(built: Built, folder: Path, why: str) -> Diagnostic:
    hint = "check the folder, and who may write it"
    return codes.FOLDER_UNUSABLE.at(
        Span(str(folder)), f"the dead letters of {built.name} cannot be used: {why}", hint=hint
    )


def _ship(built: Built, folder: Path, dead: Path, seconds: int) -> Resent:
    source = Source(_REPLICA, SettledReader(folder), CursorStore(folder), live=False)
    shipping = Shipping((built,), lambda: [source], dead, SystemClock())
    shipping.start()
    shipping.stop(seconds)
    (status,) = shipping.statuses()
    left = source.reader.backlog_bytes(source.cursors.load(built.name))
    return Resent(built.name, status.delivered, status.dead, left)


def _take(file: Path, folder: Path) -> None:
    """Moves the letters into a segment that can be shipped, unless an earlier run has left one."""
    aside, segment = folder / _ASIDE, segment_path(folder, 1)
    if not aside.exists() and not segment.exists() and file.exists():
        file.rename(aside)
    if aside.exists():
        _write_segment(aside, segment)


def _write_segment(aside: Path, segment: Path) -> None:
    with aside.open("rb") as letters:
        with contextlib.suppress(OSError):  # whoever still adds a letter holds the lock; some have no locks
            fcntl.flock(letters, fcntl.LOCK_EX)
        beside = segment.with_suffix(".tmp")
        with beside.open("wb") as stream:
            stream.writelines(_frames(letters))
            stream.flush()
            os.fsync(stream.fileno())
        beside.rename(segment)
        aside.unlink()


def _frames(letters: Iterator[bytes]) -> Iterator[bytes]:
    for line in letters:
        payload = _record(line.strip())
        if payload:
            yield frames.encode(frames.END, b"-", payload)


def _record(line: bytes) -> bytes:
    """The JSON of the record in a letter; what is no record goes as it is, to be refused again."""
    try:
        letter = read_object(line)
    except NotJson:
        return line
    record = object_at(letter, "record")
    if record is None:
        text = text_at(letter, "line") or ""
        return " ".join(text.split()).encode("utf-8", "replace")
    return json.dumps(record, separators=(",", ":")).encode()
