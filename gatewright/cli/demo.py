"""The whole idea on the example estate: generate, serve, replay, charge back. `make demo` runs it.

The recording was made by Gatewright's own recorder from its simulated upstream. Here the provisioned
deployment is made to throttle after a few calls, so that the pool fails over to pay-as-you-go.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from gatewright.cli import options, stack
from gatewright.cli.commands import replay
from gatewright.cli.output import Findings, emit, render_findings, say, status
from gatewright.diagnostics import Rejected

RECORDING = Path("tests/fixtures/sample.har")
FAULT = "gpt-41-ptu:429:retry-after=20:after=6"
FOLDER = Path("build") / "demo"


def main() -> int:
    """Runs the demonstration from the folder of the repository; the exit status of the command line."""
    try:
        return _run()
    except Rejected as rejected:
        say(render_findings(rejected.diagnostics, Findings.TEXT).rstrip("\n"))
        return max(1, status(rejected.diagnostics))


def _run() -> int:
    began = time.monotonic()
    _generated()
    ledger = FOLDER / "ledger.jsonl"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    ledger.unlink(missing_ok=True)
    _replayed(ledger)
    _charged(ledger)
    emit(f"\ndone in {time.monotonic() - began:.0f} s; the ledger is {ledger}, the gateway build/dev/\n")
    return 0


def _generated() -> None:
    from gatewright.cli.rendering import examine
    from generator import write

    _title("1. generate: config/ becomes the gateway")
    examined = examine(options.CONFIG, options.ENV, options.TEMPLATES)
    if examined.found:
        emit(render_findings(examined.found, Findings.TEXT, examined.texts))
    if status(examined.found):
        raise Rejected(item for item in examined.found if item.is_error)
    write(examined.files, Path("build") / options.ENV)
    emit(f"{examined.summary()}\n")
    for name, text in examined.files.items():
        emit(f"  build/{options.ENV}/{name:<44} {len(text.encode()):>7,} bytes\n")


def _replayed(ledger: Path) -> None:
    from gatewright.harness.local import LocalOptions
    from gatewright.harness.replay import ReplayOptions

    _title("2. replay: the recording through gateway, proxy and simulated upstream")
    exchanges = stack.read_recordings([RECORDING])
    emit(f"{RECORDING}: {len(exchanges)} exchanges, recorded from the simulator\n")
    emit(f"simulated fault: {FAULT}\n\n")
    chosen = LocalOptions(upstream=stack.read_upstream("simulated", [FAULT], []), ledger=ledger)
    folder = Path("build") / options.ENV
    result, _ = asyncio.run(replay.run(folder, chosen, exchanges, ReplayOptions()))
    for line in (*replay.row_lines(result.rows), "", *replay.summary_lines(result)):
        emit(f"{line}\n")


def _charged(ledger: Path) -> None:
    from gatewright.cli.commands import report

    _title("3. report: who used what, and what it cost")
    result, notes = report.charged([ledger], "tenant,model", None, None, options.CONFIG, options.ENV)
    emit(report.written(result, report.Form.TABLE))
    if notes:
        say(render_findings(notes, Findings.TEXT).rstrip("\n"))


def _title(text: str) -> None:
    emit(f"\n{text}\n{'=' * len(text)}\n")


if __name__ == "__main__":
    sys.exit(main())
