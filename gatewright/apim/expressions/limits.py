"""How much one evaluation may use: steps, time, size of texts and collections."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from gatewright.apim.expressions.faults import Exceeded

MAX_TEXT = 4 * 1024 * 1024
_CHUNK = 2048


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one evaluation.

    Attributes:
        steps: loop turns, calls of lambdas, elements of sequences; large texts count by their length.
        seconds: wall time.
    """

    steps: int = 2_000_000
    seconds: float = 0.4


DEFAULT = Limits()


class Run:
    """The state of one evaluation: the context, and what is left of its budget."""

    __slots__ = ("_clock", "_limits", "_spent", "catchers", "context", "deadline", "left")

    def __init__(
        self, context: object, limits: Limits = DEFAULT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.context = context
        self.catchers: list[object] = []  # the `try` with a `catch` that run at the moment
        self.left = 256
        self._spent = 256
        self._limits = limits
        self._clock = clock
        self.deadline = clock() + limits.seconds

    def tick(self, count: int = 1) -> None:
        """Spends steps.

        Raises:
            Exceeded: when the steps or the time are used up.
        """
        self.left -= count
        if self.left < 0:
            self.refill()

    def refill(self) -> None:
        """Looks at the clock and grants the next chunk of steps."""
        now = self._clock()
        if now > self.deadline:
            raise Exceeded("TimeLimitExceeded", f"no result in {self._limits.seconds} s")
        self._spent += _CHUNK - self.left
        self.left = _CHUNK
        if self._spent > self._limits.steps:
            raise Exceeded("StepLimitExceeded", f"no result in {self._limits.steps} steps")

    def text(self, value: str) -> str:
        """A text that was just built, paid by its length.

        Raises:
            Exceeded: when it is longer than 4 Mi characters.
        """
        size = len(value)
        if size > 1024:
            self.large(size)
        return value

    def large(self, size: int) -> None:
        """Pays for a text or collection of this many elements.

        Raises:
            Exceeded: when it is too large, or the steps are used up.
        """
        check_size(size)
        self.tick(size >> 5)


def check_size(size: int) -> None:
    """Stops what would become too large.

    Raises:
        Exceeded: above 4 Mi characters or elements.
    """
    if size > MAX_TEXT:
        raise Exceeded("SizeLimitExceeded", f"a text or collection would exceed {MAX_TEXT} elements")
