"""`choose`: the first `when` whose condition holds, else `otherwise`, else nothing.

Source: https://learn.microsoft.com/azure/api-management/choose-policy (2024-07-23).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.harness import codes
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import EMPTY, Block, Step
from gatewright.harness.prepare import Node


def prepare(node: Node) -> Step:
    """The step of a `choose`."""
    branches: list[tuple[Operand, Block]] = []
    otherwise: Block | None = None
    for child in node.children("when", "otherwise"):
        if otherwise is not None:
            child.fault(codes.BAD_VALUE, f"<{child.element.name}> stands behind <otherwise>")
        if child.element.name == "when":
            branches.append((child.operand("condition"), child.steps()))
        else:
            otherwise = child.steps()
        child.refuse_the_rest()
    if not branches:
        node.fault(codes.BAD_VALUE, "<choose> needs a <when>")
    return Choose(tuple(branches), otherwise or EMPTY)


@dataclass(frozen=True, slots=True)
class Choose:
    """Conditions with what to do, in order."""

    branches: tuple[tuple[Operand, Block], ...]
    otherwise: Block

    async def run(self, call: Call) -> None:
        """Runs the first branch whose condition holds; later conditions are not evaluated."""
        for condition, block in self.branches:
            if await condition.flag(call):
                await block.run(call)
                return
        await self.otherwise.run(call)
