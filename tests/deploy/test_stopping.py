"""SIGTERM and Ctrl-C in the middle of a deployment, with a real process."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gatewright.deploy.entities import LOCK
from tests.deploy.commands import AZD
from tests.deploy.conftest import Deployer
from tests.deploy.fake_arm import FakeArm

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]


@contextmanager
def deploying(arm: FakeArm, build: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`gatewright deploy` as a process of its own."""
    line = [sys.executable, "-m", "gatewright.cli", "deploy", "--env", "dev", "--build", str(build)]
    line += ["--endpoint", arm.url, "--no-keys", "--concurrency", "2", *words]
    with subprocess.Popen(
        line,
        env={**os.environ, **AZD},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class Held:
    """Holds the requests that write backends until they are let go."""

    def __init__(self, arm: FakeArm) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        arm.options.shape = "immediate"
        arm.options.before = self.before

    def before(self, method: str, path: str) -> None:
        if method == "PUT" and path.startswith("backends/"):
            self.reached.set()
            assert self.go.wait(60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_begun_is_finished_the_lock_is_given_back_and_the_next_run_resumes(
    arm: FakeArm, build: Path, deployer: Deployer, number: signal.Signals
) -> None:
    held = Held(arm)
    with deploying(arm, build) as process:
        assert held.reached.wait(60)
        process.send_signal(number)
        assert process.stderr
        assert process.stderr.readline().startswith("stopping: what was begun is finished")
        held.go.set()
        out, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert "DEP815" in told
    assert "it resumes" in told
    backends = [path for path in arm.store.entities if path.startswith("backends/")]
    assert 1 <= len(backends) <= 2
    assert not any(path.startswith("apis/") for path in arm.store.entities)
    assert arm.store.entities[LOCK.path]["tags"][1] == "free"
    deployer.deploy()
    assert deployer.plan().writes == ()


def test_a_second_signal_leaves_at_once_and_says_that_the_lock_stays(
    arm: FakeArm, build: Path, deployer: Deployer
) -> None:
    held = Held(arm)
    with deploying(arm, build) as process:
        assert held.reached.wait(60)
        process.send_signal(signal.SIGTERM)
        assert process.stderr
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert told.startswith("left at once")
    assert arm.store.entities[LOCK.path]["tags"][1].startswith("held:")
    held.go.set()
    arm.options.before = lambda method, path: None
    with deploying(arm, build) as process:
        _, told = process.communicate(timeout=60)
    assert (process.returncode, "DEP812" in told) == (1, True)
    with deploying(arm, build, "--break-lock") as process:
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert deployer.plan().writes == ()


def test_progress_is_shown_on_a_terminal(arm: FakeArm, build: Path) -> None:
    arm.options.shape = "immediate"
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "gatewright.cli", "deploy", "--env", "dev", "--build", str(build)]
    with subprocess.Popen(
        [*line, "--endpoint", arm.url, "--no-keys"],
        env={**os.environ, **AZD, "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := read(ours):
            shown += chunk
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "reading" in text
    assert re.search(r"deploying.* \d+/\d+ ", text)


def read(place: int) -> bytes:
    try:
        return os.read(place, 65_536)
    except OSError:  # the other side has closed
        return b""
