"""`cache-store-value`: keeps a value for some seconds; one above 2 MiB is not kept.

Source: https://learn.microsoft.com/azure/api-management/cache-store-value-policy (2024-07-23).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.expressions import to_text
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.policies.cache_lookup_value import take_caching_type
from gatewright.harness.prepare import Node
from gatewright.harness.view import bytes_of


def prepare(node: Node) -> Step:
    """The step of a `cache-store-value`."""
    take_caching_type(node)
    on = "cache" not in node.loading.without
    return CacheStoreValue(node.operand("key"), node.operand("value"), node.operand("duration"), on)


@dataclass(frozen=True, slots=True)
class CacheStoreValue:
    """A key, its value, and for how many seconds; switched off, nothing is kept."""

    key: Operand
    value: Operand
    duration: Operand
    on: bool

    async def run(self, call: Call) -> None:
        """Keeps the value."""
        if not self.on:
            return
        key, seconds = await self.key.text(call), await self.duration.whole(call)
        value = await self.value.value(call)
        if value is None:
            return
        data = bytes_of(value)
        size = len(data if data is not None else to_text(value).encode("utf-8", "replace"))
        call.state.cache.put(key, value, size, seconds, call.state.clock.monotonic())
