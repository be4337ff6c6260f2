"""A small run of chaos; a large one by hand: see `tests.proxy_addon.chaos`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "tests.proxy_addon.chaos"]


@pytest.mark.chaos
def test_kills_lose_nothing_double_nothing_and_change_nothing(root: Path) -> None:
    options = ["--kills", "4", "--exchanges", "150", "--full", "0.5"]
    done = subprocess.run([*COMMAND, *options], cwd=root, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[0])
    assert (figures["exchanges"] >= 150, figures["kills"]) == (True, 4)
    assert figures["complete"] > 0
    bad = ("lost", "left_duplicates", "wrong", "unlike", "inexact")
    assert [figures[name] for name in bad] == [0, 0, 0, 0, 0]
