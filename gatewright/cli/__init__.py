"""The roof: the `gatewright` command. The only room that prints, and the only one that joins two verbs."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script: runs the command line and leaves with its status."""
    from gatewright.cli.app import run

    sys.exit(run(sys.argv[1:]))
