"""`python -m tests.proxy_addon.chaos`."""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import shutil
import sys
import tempfile
from pathlib import Path

from tests.proxy_addon.chaos.run import Chaos

_FILES = 16_000


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when nothing was found; the figures as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.proxy_addon.chaos")
    parser.add_argument("--exchanges", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--parallel", type=int, default=500, help="most exchanges open at once")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument(
        "--full", type=float, default=0.1, help="share of lives with a full disk for a moment"
    )
    parser.add_argument("--journal-limit", default="64m")
    parser.add_argument("--flag", action="append", default=[], help="an option for the proxy")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    options = parser.parse_args(arguments)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard), hard))
    folder = Path(tempfile.mkdtemp(prefix="gatewright-chaos-"))
    print(f"seed {options.seed}, folder {folder}", file=sys.stderr)
    report = asyncio.run(Chaos(folder, options).run())
    print(report.to_json())
    if report.good and not options.keep:
        shutil.rmtree(folder)
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
