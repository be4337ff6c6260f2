"""The process that estimates: `Evidence` in, one record a line out, until its input ends.

A process of its own, because loading a vocabulary holds Python's lock for a second and more, in which no
stream would move; and because the 150 MB that it takes are given back when nobody needs it any more.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import BinaryIO

from gatewright.metering.record import UsageRecord
from proxy_addon.evidence import FAILED, Evidence, without_estimate

NICENESS = 5


def main() -> int:
    """Answers until the input ends; the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it decides when it ends
    with contextlib.suppress(OSError):
        os.nice(NICENESS)  # streams come first
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, sys.stdout.buffer)
    return 0


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Estimates what comes, in order. Raises BrokenPipeError where nobody reads the answers."""
    while (evidence := Evidence.read(source)) is not None:
        sink.write(_record(evidence).to_json().encode() + b"\n")
        sink.flush()


def _record(evidence: Evidence) -> UsageRecord:
    try:
        return evidence.estimated()
    except Exception:  # a single odd exchange must not stop the others; its record says so
        return without_estimate(evidence.record, FAILED)


if __name__ == "__main__":
    sys.exit(main())
