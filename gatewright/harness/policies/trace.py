"""`trace`: texts for Application Insights; evaluated as the service would, kept nowhere.

Source: https://learn.microsoft.com/azure/api-management/trace-policy (2024-07-23); in on-error by the list of
…/api-management-error-handling-policies (2026-04-22).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.harness import codes
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node


def prepare(node: Node) -> Step:
    """The step of a `trace`."""
    node.literal("source")
    node.choice("severity", ("verbose", "information", "error"), "verbose")
    operands: list[Operand] = []
    for child in node.children("message", "metadata"):
        if child.element.name == "message":
            operands.append(child.text())
        else:
            operands += [child.operand("name"), child.operand("value")]
        child.refuse_the_rest()
    if len(node.element.named("message")) != 1:
        node.fault(codes.BAD_VALUE, "<trace> needs one <message>")
    return Trace(tuple(operands))


@dataclass(frozen=True, slots=True)
class Trace:
    """The texts of a trace."""

    operands: tuple[Operand, ...]

    async def run(self, call: Call) -> None:
        """Evaluates the texts: an expression that throws is an error here too."""
        for operand in self.operands:
            await operand.text(call)
