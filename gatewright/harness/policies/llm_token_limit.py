"""`llm-token-limit`: tokens per minute (429) and per calendar period (403), counted by key.

Source: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy (2026-04-01). Without
estimation a call passes while the limit is not used up, and its tokens are counted when the answer is
complete. A stream's tokens are estimated in both directions, whatever the attribute says, and counted when
the stream ends, also when the client leaves. With `limits` switched off everything passes and nothing is
counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document.model import Section
from gatewright.harness import codes
from gatewright.harness.call import Call
from gatewright.harness.errors import RETRY_AFTER, Place
from gatewright.harness.limits import PERIODS
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node
from gatewright.harness.tokenticket import Asking, Names, Ticket


def prepare(node: Node) -> Step:
    """The step of an `llm-token-limit`."""
    node.only_in(Section.INBOUND)
    if node.loading.tier == "Consumption":
        node.fault(codes.TIER_LACKS, "the Consumption tier has no <llm-token-limit>")
    rate, quota = node.optional("tokens-per-minute"), node.optional("token-quota")
    period = node.optional("token-quota-period")
    if rate is None and quota is None:
        node.fault(codes.MISSING_ATTRIBUTE, "<llm-token-limit> needs tokens-per-minute or token-quota")
    if (quota is None) != (period is None):
        node.fault(codes.MISSING_ATTRIBUTE, "token-quota and token-quota-period go together")
    if period and period.literal is not None and period.literal not in PERIODS:
        at = node.element.attributes["token-quota-period"]
        hint = f"one of: {', '.join(PERIODS)}"
        node.fault(codes.BAD_VALUE, f"token-quota-period is {period.literal!r}", at=at, hint=hint)
    names = Names(
        node.literal("retry-after-header-name", RETRY_AFTER),
        *(node.literal(f"{name}-variable-name", "") for name in ("retry-after", *_COUNTS)),
        *(node.literal(f"{name}-header-name", "") for name in _COUNTS),
    )
    estimate = node.operand_or("estimate-prompt-tokens", "false")
    on = "limits" not in node.loading.without
    return LlmTokenLimit(node.operand("counter-key"), rate, quota, period, estimate, names, node.place, on)


_COUNTS = ("remaining-tokens", "remaining-quota-tokens", "tokens-consumed")


@dataclass(frozen=True, slots=True)
class LlmTokenLimit:
    """A limit and how it shows."""

    counter_key: Operand
    rate: Operand | None
    quota: Operand | None
    period: Operand | None
    estimate: Operand
    names: Names
    place: Place
    on: bool

    async def run(self, call: Call) -> None:
        """Admits or refuses the call; what it uses is counted afterwards."""
        if not self.on:
            return
        period = await self.period.text(call) if self.period else ""
        if self.period and period not in PERIODS:
            raise call.expression_failed(f"{period!r} is not a period of a token quota.", self.place)
        asking = Asking(
            key=await self.counter_key.text(call),
            tokens_per_minute=await self._positive(call, self.rate),
            quota=await self._positive(call, self.quota),
            period=period,
            estimates=await self.estimate.flag(call),
        )
        Ticket(call, asking, self.names, self.place).admit()

    async def _positive(self, call: Call, operand: Operand | None) -> int | None:
        if operand is None:
            return None
        number = await operand.whole(call)
        if number < 1:
            raise call.expression_failed(f"{number} is not a number of tokens.", self.place)
        return number
