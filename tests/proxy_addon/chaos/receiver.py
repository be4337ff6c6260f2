"""A receiver of rows that fails at random: 429, 500, waits, cuts before and behind storing, refuses rows."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from proxy_addon.sinks import columns
from tests.proxy_addon.sinks.receiver import RULE, Receiver, Reply

NAME = "azure-monitor"
IDENTITY = {"IDENTITY_HEADER": "secret-of-the-endpoint"}
_POISON = frozenset({"07", "c3"})  # about one record in 128, by the first two digits of its id


class Failing(Receiver):
    """Fails at many calls until it is healthy, and refuses some rows for good until it is mended."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__({column.name: column.type for column in columns.load().columns})
        self.healthy = self.mended = False
        self.failures = 0
        self.script = Moods(self, dice)

    @property
    def address(self) -> str:
        """The address of the sink."""
        return f"{NAME}:{self.url}?rule={RULE}&gather=1"

    def fits(self, row: dict[str, Any]) -> bool:
        """Whether a row is taken."""
        return super().fits(row) and (self.mended or row["RecordId"][:2] not in _POISON)


class Moods(list[Reply]):
    """What the receiver does next, drawn at every call."""

    def __init__(self, receiver: Failing, dice: random.Random) -> None:
        super().__init__()
        self.receiver = receiver
        self.dice = dice

    def __bool__(self) -> bool:
        return not self.receiver.healthy and self.dice.random() < 0.4

    def pop(self, _: object = 0) -> Reply:
        """A failure."""
        self.receiver.failures += 1
        if self.dice.random() < 0.2:
            time.sleep(self.dice.random() * 3)  # in a thread of its own: the sender waits
            return Reply(cut=self.dice.choice(["before", "after"]))
        after = {"retry-after": "1"}
        choices = [Reply(500), Reply(503, after), Reply(429), Reply(429, after), Reply(cut="before")]
        return self.dice.choice([*choices, Reply(cut="after")])


def resend(folder: Path, address: str) -> int:
    """Sends the dead letters again, as an operator would; how many there were."""
    letters = folder / "ledger.jsonl.dead"
    file = letters / f"{NAME}.dead.jsonl"
    if not file.exists():
        return 0
    count = len(file.read_text("utf-8").splitlines())
    command = [
        sys.executable,
        "-m",
        "proxy_addon",
        "resend",
        "--dead-letters",
        str(letters),
        "--sink",
        address,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return count
