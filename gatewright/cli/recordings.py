"""Recordings by path: HAR and flow files, one by one or in folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.cli import codes
from gatewright.cli.output import say
from gatewright.diagnostics import Rejected, Span

if TYPE_CHECKING:
    from gatewright.recordings import Exchange

_HASHED = "tokens that the service reported stand, what is counted or estimated from text does not"


def read(paths: Iterable[Path]) -> Iterator[Exchange]:
    """The exchanges of files, and of every recording in folders, in order. Says where prompts are hashes.

    Raises:
        Rejected: REC9xx for a file that is no recording, CLI003 for a folder that has none.
    """
    for path in paths:
        for file in _files(path):
            exchanges = read_file(file)
            hashed = sum(1 for exchange in exchanges if exchange.hashed)
            if hashed:
                say(f"{file}: {hashed} exchanges hold hashes in place of what was written; {_HASHED}")
            yield from exchanges


def read_file(path: Path) -> list[Exchange]:
    """The exchanges of one file, of either kind.

    Raises:
        Rejected: REC9xx when it is no recording.
    """
    from gatewright.recordings import is_flow_file, read_har

    if not is_flow_file(path):
        return read_har(path)
    from proxy_addon.flowfiles import read_flows

    return read_flows(path)


def write_flow_file(exchanges: Sequence[Exchange], path: Path, comment: str) -> None:
    """Writes a flow file; it has no place for a comment.

    Raises:
        Rejected: REC905 when the file cannot be written.
    """
    from proxy_addon.flowfiles import write_flows

    write_flows(exchanges, path)


def _files(path: Path) -> list[Path]:
    from gatewright.recordings import FLOW_SUFFIXES

    if not path.is_dir():
        return [path]
    wanted = FLOW_SUFFIXES | {".har"}
    files = sorted(each for each in path.iterdir() if each.suffix.lower() in wanted and each.is_file())
    files = [each for each in files if not each.name.startswith(".")]
    if not files:
        raise Rejected([codes.NO_FILE.at(Span(str(path)), "there is no *.har or *.flow in this folder")])
    return files
