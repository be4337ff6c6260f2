"""`cache-remove-value`: forgets a cached value. The built-in cache never fails to.

Source: https://learn.microsoft.com/azure/api-management/cache-remove-value-policy (2026-06-02).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.policies.cache_lookup_value import take_caching_type
from gatewright.harness.prepare import Node


def prepare(node: Node) -> Step:
    """The step of a `cache-remove-value`."""
    take_caching_type(node)
    node.optional("fail-on-cache-removal-error")
    return CacheRemoveValue(node.operand("key"), "cache" not in node.loading.without)


@dataclass(frozen=True, slots=True)
class CacheRemoveValue:
    """A key to forget."""

    key: Operand
    on: bool

    async def run(self, call: Call) -> None:
        """Forgets the value."""
        if self.on:
            call.state.cache.remove(await self.key.text(call))
