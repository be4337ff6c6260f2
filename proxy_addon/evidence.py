"""What is kept of an exchange whose usage was not stated: enough to estimate it, elsewhere and later.

Bodies and answers are in it, so it never leaves the machine: it goes through a pipe to `estimator`, a process
of our own, and is gone with its estimate.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from typing import BinaryIO

from gatewright.metering.estimate import estimated
from gatewright.metering.estimates.answer import AnswerWatch
from gatewright.metering.exchange_meter import MeteredRequest
from gatewright.metering.record import UsageRecord

MAX_REQUEST_BYTES = 8 * 1024 * 1024
BUSY, FAILED, STOPPED = "estimator_busy", "estimate_failed", "estimator_stopped"
_PROTOCOL = 5


def without_estimate(record: UsageRecord, why: str) -> UsageRecord:
    """A record that should have been estimated and was not."""
    known = f"{record.usage_detail}," if record.usage_detail else ""
    return replace(record, usage_detail=f"{known}cannot_be_estimated,{why}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exchange to be estimated.

    Attributes:
        record: its record, usage missing.
        method: method of the request.
        target: path and query, as sent to the service.
        body: the request's body, as sent to the service; None where it is too large to be kept.
        answer: what was kept of the answer, unread; None where there was none.
        model: the model behind the deployment, by the routes; None where they do not say.
    """

    record: UsageRecord
    method: str
    target: str
    body: bytes | None
    answer: AnswerWatch | None
    model: str | None

    @property
    def size_bytes(self) -> int:
        """How much memory it holds, roughly."""
        return len(self.body or b"") + (self.answer.kept_bytes if self.answer else 0)

    def packed(self) -> bytes:
        """As bytes for a pipe; see `read`."""
        return pickle.dumps(self, _PROTOCOL)

    @classmethod
    def read(cls, stream: BinaryIO) -> Evidence | None:
        """The next one from a pipe, None at its end. Only for a pipe that our own process writes."""
        try:
            found = pickle.load(stream)
        except EOFError:
            return None
        return found if isinstance(found, Evidence) else None

    def estimated(self) -> UsageRecord:
        """The record with its usage estimated as far as it can be; takes time and a vocabulary's memory."""
        request = MeteredRequest(self.method, self.target, self.body)
        answer = self.answer.answer() if self.answer is not None else None
        return estimated(self.record, request, answer, models=[self.model])
