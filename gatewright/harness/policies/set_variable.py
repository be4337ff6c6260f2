"""`set-variable`: an expression's value keeps its .NET type, a literal is a String.

Source: https://learn.microsoft.com/azure/api-management/set-variable-policy (2024-07-23).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node


def prepare(node: Node) -> Step:
    """The step of a `set-variable`."""
    return SetVariable(node.literal("name"), node.operand("value"))


@dataclass(frozen=True, slots=True)
class SetVariable:
    """Sets a variable for the rest of the request, on-error included."""

    name: str
    value: Operand

    async def run(self, call: Call) -> None:
        """Sets the variable."""
        call.set_variable(self.name, await self.value.value(call))
