"""Options → a local stack: what `serve`, `record` and `replay` share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli import recordings
from gatewright.cli.output import Findings, render_findings, say, status
from gatewright.diagnostics import Rejected

if TYPE_CHECKING:
    from gatewright.harness.upstreams.address import Address
    from gatewright.harness.upstreams.recorded import RecordedOptions
    from gatewright.harness.upstreams.simulated import SimulatedOptions
    from gatewright.recordings import Exchange

Upstream = Annotated[
    str,
    typer.Option(metavar="simulated|recorded:PATH|URL", help="What stands behind the proxy."),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault", metavar="SPEC", help="A fault to simulate, such as gpt-41-ptu:429:retry-after=20."
    ),
]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="NAME=ALIAS", help="A recorded deployment or model, and the alias it stands for."
    ),
]
Without = Annotated[
    str | None, typer.Option(metavar="limits,cache", help="Policies that let everything pass.")
]
Ledger = Annotated[Path | None, typer.Option(metavar="FILE", help="Where usage records go.")]


def build_folder(config: Path, env: str, templates: Path, build: Path | None) -> Path:
    """The folder of the rendered gateway: as given, else rendered from the configuration now.

    Raises:
        Rejected: whatever is wrong with the configuration or with what it renders to.
    """
    if build is not None:
        return build
    from gatewright.cli.rendering import examine
    from generator import write

    examined = examine(config, env, templates)
    if status(examined.found):
        raise Rejected(item for item in examined.found if item.is_error)
    if examined.found:
        say(render_findings(examined.found, Findings.TEXT, examined.texts).rstrip("\n"))
    folder = Path("build") / env
    write(examined.files, folder)
    return folder


def read_upstream(
    text: str, faults: Sequence[str], names: Sequence[tuple[str, str]], replayed: Sequence[Exchange] = ()
) -> SimulatedOptions | RecordedOptions | Address:
    """What an `--upstream` option means; `recorded` alone answers from the recordings that are replayed.

    Raises:
        Rejected: a recording that is none, an address that may not be used, a fault that cannot be read.
    """
    kind, _, rest = text.partition(":")
    if kind == "simulated" and not rest:
        from gatewright.harness.faults import read as read_fault
        from gatewright.harness.upstreams.simulated import SimulatedOptions

        return SimulatedOptions(faults=tuple(read_fault(item) for item in faults))
    if faults:
        raise typer.BadParameter("--fault goes with --upstream simulated")
    if kind == "recorded":
        from gatewright.harness.upstreams.recorded import RecordedOptions

        exchanges = tuple(read_recordings([Path(rest)])) if rest else tuple(replayed)
        if not exchanges:
            raise typer.BadParameter("name the recording: --upstream recorded:PATH")
        return RecordedOptions(exchanges, names=tuple(names))
    from gatewright.harness.upstreams import address

    return address.read(text)


def read_recordings(paths: Iterable[Path]) -> list[Exchange]:
    """The exchanges of recordings, and of every one in folders, in order.

    Raises:
        Rejected: REC9xx, CLI003.
    """
    return list(recordings.read(paths))


def read_map(pairs: Sequence[str]) -> list[tuple[str, str]]:
    """`NAME=alias` options, in order."""
    found = []
    for pair in pairs:
        name, equals, alias = pair.rpartition("=")
        if not equals or not name or not alias:
            raise typer.BadParameter(f"--map takes NAME=alias, not {pair!r}")
        found.append((name, alias))
    return found


def read_without(text: str | None) -> frozenset[str]:
    """The parts that a `--without` option switches off."""
    names = frozenset(name.strip() for name in (text or "").split(",") if name.strip())
    if names - {"limits", "cache"}:
        wrong = ", ".join(sorted(names - {"limits", "cache"}))
        raise typer.BadParameter(f"--without takes limits, cache or both; not {wrong}")
    return names
