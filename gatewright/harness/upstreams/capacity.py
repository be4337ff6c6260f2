"""What a simulated deployment remembers: tokens of the running minute, and prompts it has seen."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

WINDOW_SECONDS = 60
CACHE_STEP = 128
CACHE_LEAST = 1024
CACHE_ENTRIES = 4096


@dataclass(slots=True)
class Capacity:
    """Tokens per minute of one deployment, in windows that begin with their first request.

    Attributes:
        tokens_per_minute: the ceiling, or None for no ceiling.
        now: seconds that only grow.
    """

    tokens_per_minute: int | None
    now: Callable[[], float]
    _opened: float = -math.inf
    _spent: int = 0
    _requests: int = 0

    def retry_after(self) -> int | None:
        """Whole seconds until the window ends when its tokens are spent, else None."""
        if self.tokens_per_minute is None:
            return None
        self._roll()
        if self._spent < self.tokens_per_minute:
            return None
        return max(1, math.ceil(self._opened + WINDOW_SECONDS - self.now()))

    def spend(self, tokens: int) -> None:
        """Counts one answered request."""
        self._roll()
        self._spent += tokens
        self._requests += 1

    def remaining(self) -> tuple[int, int, int, int]:
        """Limit and remainder of requests, limit and remainder of tokens (6 requests per 1,000 tokens)."""
        limit = 250_000 if self.tokens_per_minute is None else self.tokens_per_minute
        requests = max(1, limit * 6 // 1000)
        return requests, max(0, requests - self._requests), limit, max(0, limit - self._spent)

    def _roll(self) -> None:
        if self.now() >= self._opened + WINDOW_SECONDS:
            self._opened, self._spent, self._requests = self.now(), 0, 0


@dataclass(slots=True)
class PromptCache:
    """Prefixes of prompts, in steps of 128 tokens from 1,024 on; the oldest are forgotten.

    Source: https://learn.microsoft.com/azure/ai-services/openai/how-to/prompt-caching (2026-08).
    """

    _known: OrderedDict[bytes, None] = field(default_factory=OrderedDict)

    def look_up(self, deployment: str, prompt: Sequence[int]) -> int:
        """How many tokens of a prompt were seen before; remembers the prompt."""
        cached = 0
        running = hashlib.sha256(deployment.encode("utf-8"))
        for end in range(CACHE_STEP, len(prompt) + 1, CACHE_STEP):
            running.update(repr(list(prompt[end - CACHE_STEP : end])).encode("ascii"))
            if end < CACHE_LEAST:
                continue
            key = running.digest()
            if key in self._known:
                cached = end
            self._known[key] = None
            self._known.move_to_end(key)
        while len(self._known) > CACHE_ENTRIES:
            self._known.popitem(last=False)
        return cached
