"""What a gateway keeps between requests: counters, circuits, cached values; time and chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from gatewright.apim.expressions.values import Value
from gatewright.harness.backends import Backends
from gatewright.harness.cache import ValueCache
from gatewright.harness.clock import Clock
from gatewright.harness.limits import Quotas, RateCounters


@dataclass(slots=True)
class State:
    """The state of one gateway.

    Attributes:
        clock: the time.
        chance: decides weighted draws and exponential waits.
        backends: backends and pools with their circuits.
        counters: token rates.
        quotas: token quotas.
        transport: sends requests to backends.
        upstream_headers: added to each of them.
        new_id: makes request ids, as GUIDs.
        location: region of the service.
        cache: the built-in cache.
    """

    clock: Clock
    chance: random.Random
    backends: Backends
    counters: RateCounters
    quotas: Quotas
    transport: httpx.AsyncBaseTransport
    upstream_headers: Mapping[str, str]
    new_id: Callable[[], str]
    location: str
    cache: ValueCache[Value] = field(default_factory=ValueCache)

    def new_seed(self) -> int:
        """What seeds `new Random()` of an expression."""
        return self.chance.getrandbits(31)
