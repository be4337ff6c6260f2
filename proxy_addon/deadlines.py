"""How long an upstream may take: to accept a connection, to begin its answer, and between two bytes of it.

mitmproxy has no such deadlines. An exchange that is over one is cut; the client gets 504 where nothing of the
answer was sent yet, and a broken-off answer otherwise.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from proxy_addon import compat, faults
from proxy_addon.faults import Fault

LOOK_SECONDS = 0.25

log = logging.getLogger("gatewright.proxy")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: until the connection stands, until the answer's head, between two bytes of the answer."""

    connect: float
    first_byte: float
    idle: float


class Carrier(Protocol):
    """What is asked of mitmproxy; see `compat`."""

    def connected(self, flow: compat.Flow) -> bool:
        """Whether the upstream connection stands."""

    def silent_since(self, flow: compat.Flow) -> float | None:
        """When a byte last moved, by `time.time`."""

    def cut(self, flow: compat.Flow) -> None:
        """Ends the upstream side."""


@dataclass(slots=True)
class _Watched:
    flow: compat.Flow
    begin: float
    answered: bool = False
    cut: bool = False


class Deadlines:
    """An add-on that stands before the metering one, so that it can say why an exchange ended.

    Args:
        limits: the deadlines.
        carrier: mitmproxy.
        refuse: notes the fault of an exchange, by the flow's id.

    Attributes:
        cuts: exchanges that were cut, by deadline: `connect`, `first_byte`, `idle`.
    """

    def __init__(self, limits: Limits, carrier: Carrier, refuse: Callable[[str, Fault], None]) -> None:
        self.cuts: Counter[str] = Counter({"connect": 0, "first_byte": 0, "idle": 0})
        self._limits = limits
        self._carrier = carrier
        self._refuse = refuse
        self._watched: dict[str, _Watched] = {}

    def request(self, flow: compat.Flow) -> None:
        """The request is complete; unless it was refused, it goes to its upstream now."""
        if flow.response is None and flow.error is None:
            self._watched[flow.id] = _Watched(flow, time.monotonic())

    def responseheaders(self, flow: compat.Flow) -> None:
        """The answer has begun."""
        watched = self._watched.get(flow.id)
        if watched is not None:
            watched.answered = True

    def response(self, flow: compat.Flow) -> None:
        """The answer is complete."""
        self._watched.pop(flow.id, None)

    def error(self, flow: compat.Flow) -> None:
        """The exchange ended; where we ended it, the client and the record are told why."""
        watched = self._watched.pop(flow.id, None)
        if watched is not None and watched.cut and not watched.answered:
            self._refuse(flow.id, faults.UPSTREAM_TIMEOUT)
            compat.answer_errors_with(faults.UPSTREAM_TIMEOUT)

    async def run(self) -> None:
        """Looks at every open exchange until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for watched in list(self._watched.values()):
                self._look(watched)

    def _look(self, watched: _Watched) -> None:
        over = None if watched.cut else self._over(watched)
        if over is None:
            return
        watched.cut = True
        self.cuts[over] += 1
        log.warning("deadline %s: an exchange was cut", over)
        self._carrier.cut(watched.flow)

    def _over(self, watched: _Watched) -> str | None:
        flow, waited = watched.flow, time.monotonic() - watched.begin
        if watched.answered:
            since = self._carrier.silent_since(flow)
            return "idle" if since is not None and time.time() - since > self._limits.idle else None
        if flow.response is not None:
            return None
        if waited > self._limits.first_byte:
            return "first_byte"
        if waited > self._limits.connect and not self._carrier.connected(flow):
            return "connect"
        return None
