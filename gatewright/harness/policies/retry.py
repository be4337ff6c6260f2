"""`retry`: runs its children, then again while the condition holds and retries remain.

Source: https://learn.microsoft.com/azure/api-management/retry-policy (2025-09-11). A transport failure leaves
`context.Response` null for the condition, an open circuit shows as 503; when no retry remains, they go to
on-error.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from gatewright.harness import codes
from gatewright.harness.call import Call
from gatewright.harness.errors import RETRIED, PolicyFault
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Block, Step
from gatewright.harness.prepare import Node

MAX_COUNT = 50


def prepare(node: Node) -> Step:
    """The step of a `retry`."""
    count, interval = node.operand("count"), node.operand("interval")
    if count.literal is not None and not (count.literal.isdecimal() and 1 <= int(count.literal) <= MAX_COUNT):
        at = node.element.attributes.get("count")
        node.fault(
            codes.BAD_VALUE, f"count is {count.literal!r}", at=at, hint=f"a number from 1 to {MAX_COUNT}"
        )
    delta, longest = node.optional("delta"), node.optional("max-interval")
    if longest and not delta:
        node.fault(codes.MISSING_ATTRIBUTE, "max-interval needs delta")
    fast = node.operand_or("first-fast-retry", "false")
    return Retry(node.operand("condition"), count, interval, delta, longest, fast, node.steps())


@dataclass(frozen=True, slots=True)
class Retry:
    """What to repeat, when, and after which waits."""

    condition: Operand
    count: Operand
    interval: Operand
    delta: Operand | None
    longest: Operand | None
    fast: Operand
    block: Block

    async def run(self, call: Call) -> None:
        """Runs the children once and then as often as the condition asks."""
        count, number = await self.count.whole(call), 0
        while True:
            failed = await self._once(call)
            if number >= count or not await self.condition.flag(call):
                break
            number += 1
            if seconds := await self._wait(call, number):
                await call.until_gone(call.state.clock.sleep(seconds))
        if failed:
            raise failed

    async def _once(self, call: Call) -> PolicyFault | None:
        try:
            await self.block.run(call)
        except PolicyFault as caught:
            if caught.fault.reason not in RETRIED:
                raise
            await call.show_failed_attempt(caught.fault)
            return caught
        return None

    async def _wait(self, call: Call, number: int) -> float:
        """Seconds before a retry, numbered from 1."""
        if number == 1 and await self.fast.flag(call):
            return 0.0
        interval = await self.interval.seconds(call)
        delta = await self.delta.seconds(call) if self.delta else 0.0
        longest = await self.longest.seconds(call) if self.longest else None
        return wait_seconds(number, interval, delta, longest, call.state.chance)


def wait_seconds(
    number: int, interval: float, delta: float, longest: float | None, chance: random.Random
) -> float:
    """Seconds before a retry, counted from 1: fixed, linear with `delta`, exponential with `longest` too.

    >>> [wait_seconds(n, 2, 3, None, random.Random(0)) for n in (1, 2, 3)]
    [2, 5, 8]
    """
    if longest is None:
        return interval + (number - 1) * delta
    grown = interval + 2.0 ** (number - 1) * chance.uniform(0.8 * delta, 1.2 * delta)
    return min(longest, grown)
