"""Dead letters that are sent again: all of them, once, and what is refused again stays a dead letter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewright.metering.record import UsageRecord
from proxy_addon.journal.lease import Lease
from proxy_addon.sinks import resend
from proxy_addon.sinks.dead_letters import DeadLetters
from tests.proxy_addon.sinks.bench import Bench
from tests.proxy_addon.sinks.receiver import Receiver

RULE = "dcr-" + "0123456789abcdef" * 2


@pytest.fixture
def dead(tmp_path: Path, bench: Bench) -> DeadLetters:
    return DeadLetters(tmp_path / "dead", "azure-monitor", bench.clock)


@pytest.fixture
def again(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{receiver.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret-of-the-endpoint")
    named = {
        "GATEWRIGHT_PROXY_SINK": f"azure-monitor:{receiver.url}?rule={RULE}",
        "GATEWRIGHT_PROXY_LEDGER": str(tmp_path / "ledger"),
        "GATEWRIGHT_PROXY_DEAD_LETTERS": str(tmp_path / "dead"),
    }
    return lambda *arguments: resend.main(arguments, named)


def test_dead_letters_arrive_and_their_file_goes(
    dead: DeadLetters,
    again: Callable[..., int],
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(30):
        dead.add(record(number).to_json().encode(), "HTTP 400")
    assert again() == 0
    assert receiver.ids() == [f"record-{number}" for number in range(30)]
    assert receiver.rows[3]["InputTokens"] == 103
    assert list(dead.path.parent.iterdir()) == []
    line = {"sink": "azure-monitor", "delivered": 30, "refused": 0, "left_bytes": 0}
    assert json.loads(capsys.readouterr().out) == line
    assert again() == 0
    assert len(receiver.rows) == 30


def test_what_is_refused_again_stays_a_dead_letter(
    dead: DeadLetters,
    again: Callable[..., int],
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(5):
        dead.add(record(number).to_json().encode(), "HTTP 400")
    dead.add(b"\xff no record", "no usage record")
    with dead.path.open("ab") as file:
        file.write(b'{"time":"2026-')
    receiver.poison = {"record-2"}
    assert again() == 1
    assert receiver.ids() == ["record-0", "record-1", "record-3", "record-4"]
    assert json.loads(capsys.readouterr().out)["refused"] == 3
    letters = [json.loads(line) for line in dead.path.read_text("utf-8").splitlines()]
    kept = [letter["record"]["record_id"] if "record" in letter else letter["line"] for letter in letters]
    assert sorted(kept) == ["record-2", '{"time":"2026-', "\ufffd no record"]


def test_what_could_not_be_sent_in_time_is_taken_up_by_the_next_run(
    dead: DeadLetters,
    again: Callable[..., int],
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    capsys: pytest.CaptureFixture[str],
) -> None:
    dead.add(record(1).to_json().encode(), "HTTP 400")
    receiver.down = True
    assert again("--seconds", "1") == 1
    assert json.loads(capsys.readouterr().out)["left_bytes"] > 0
    dead.add(record(2).to_json().encode(), "HTTP 400")
    receiver.down = False
    assert (again(), receiver.ids()) == (0, ["record-1"])
    assert (again(), receiver.ids()) == (0, ["record-1", "record-2"])


@pytest.mark.parametrize("cut", ["moved", "packed"])
def test_a_run_that_was_killed_loses_nothing(
    dead: DeadLetters,
    again: Callable[..., int],
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    cut: str,
) -> None:
    for number in range(3):
        dead.add(record(number).to_json().encode(), "HTTP 400")
    folder = dead.path.parent / "azure-monitor.resend"
    folder.mkdir()
    letters = dead.path.rename(folder / "letters")
    if cut == "packed":
        (folder / "00000000000000000001.tmp").write_bytes(b"half")
    assert letters.exists()
    assert again() == 0
    assert receiver.ids() == ["record-0", "record-1", "record-2"]


def test_two_runs_do_not_send_at_once(
    dead: DeadLetters,
    again: Callable[..., int],
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    capsys: pytest.CaptureFixture[str],
) -> None:
    dead.add(record(1).to_json().encode(), "HTTP 400")
    lease = Lease(dead.path.parent / "azure-monitor.resend")
    assert again() == 2
    assert "another run sends them" in capsys.readouterr().err
    lease.release()
    assert (again(), receiver.ids()) == (0, ["record-1"])


def test_letters_that_come_meanwhile_are_not_lost(
    dead: DeadLetters, again: Callable[..., int], receiver: Receiver, record: Callable[..., UsageRecord]
) -> None:
    def write() -> None:
        for number in range(200):
            dead.add(record(number).to_json().encode(), "HTTP 400")

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        assert again() == 0
    assert again() == 0
    assert sorted(receiver.ids()) == sorted(f"record-{number}" for number in range(200))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "PRX600"),
        (["--sink", "no-such:/x", "--dead-letters", "d"], "PRX651"),
        (["--sink", "jsonl:/x", "--dead-letters", "d", "--seconds", "0"], "PRX600"),
        (["--sink", "jsonl:/x", "--dead-letters", "d", "--what"], "PRX600"),
    ],
)
def test_misuse_is_a_coded_fault(arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert resend.main(arguments, {}) == 2
    assert code in capsys.readouterr().err


def test_a_folder_that_cannot_be_used_is_a_coded_fault(
    tmp_path: Path, again: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dead").mkdir()
    (tmp_path / "dead" / "azure-monitor.dead.jsonl").write_text("{}\n")
    (tmp_path / "dead" / "azure-monitor.resend").write_text("no folder")
    assert again() == 2
    assert "PRX655" in capsys.readouterr().err


def test_the_command_stands_beside_the_proxy_s_own(tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-m", "proxy_addon", "resend", "--sink", f"jsonl:{tmp_path}/out"]
    command += ["--dead-letters", str(tmp_path)]
    done = subprocess.run(command, cwd=root, env={**os.environ}, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["delivered"]) == (0, 0), done.stderr
