"""`cache-lookup-value`: sets a variable to a cached value, else to the default, else not at all.

Source: https://learn.microsoft.com/azure/api-management/cache-lookup-value-policy (2024-07-23). No external
cache is emulated: `prefer-external` uses the built-in one, `external` is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.harness import codes
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

TYPES = ("prefer-external", "external", "internal")


def prepare(node: Node) -> Step:
    """The step of a `cache-lookup-value`."""
    take_caching_type(node)
    on = "cache" not in node.loading.without
    return CacheLookupValue(
        node.operand("key"), node.literal("variable-name"), node.optional("default-value"), on
    )


def take_caching_type(node: Node) -> None:
    """Takes `caching-type` and refuses an external cache."""
    if node.choice("caching-type", TYPES, "prefer-external") == "external":
        at = node.element.attributes["caching-type"]
        hint = 'write "internal" or "prefer-external"'
        node.fault(codes.UNKNOWN_ATTRIBUTE, "an external cache is not emulated", at=at, hint=hint)


@dataclass(frozen=True, slots=True)
class CacheLookupValue:
    """A key and the variable that its value goes to; switched off, nothing is ever found."""

    key: Operand
    variable: str
    default: Operand | None
    on: bool

    async def run(self, call: Call) -> None:
        """Looks the key up."""
        if self.on:
            key = await self.key.text(call)
            found = call.state.cache.get(key, call.state.clock.monotonic())
            call.cache = "miss" if found is None else "hit"
            if found is not None:
                call.set_variable(self.variable, found)
                return
        if self.default:
            call.set_variable(self.variable, await self.default.value(call))
