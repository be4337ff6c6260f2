"""`set-header`: on the request in inbound and backend, on the response in outbound and on-error.

Source: https://learn.microsoft.com/azure/api-management/set-header-policy (2024-03-18). A value that is null
sets no header (observed practice).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.harness import codes
from gatewright.harness.call import Call, Message
from gatewright.harness.messages import FIXED, BadHeader
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

ACTIONS = ("override", "skip", "append", "delete")


def prepare(node: Node) -> Step:
    """The step of a `set-header`."""
    name = node.operand("name")
    if name.literal is not None and name.literal.upper() in FIXED:
        hint = "API Management lets no policy change or delete this header"
        node.fault(codes.BAD_VALUE, f"the header {name.literal} cannot be set", hint=hint)
    if (
        name.literal is not None
        and name.literal.lower() == "server"
        and node.element.get("exists-action") == "delete"
    ):
        node.fault(codes.BAD_VALUE, "the header Server cannot be removed")
    action = node.choice("exists-action", ACTIONS, "override")
    values = tuple(child.text() for child in node.children("value"))
    return SetHeader(name, action, values, node.message)


@dataclass(frozen=True, slots=True)
class SetHeader:
    """A header of the request, the response, or the answer that is being built."""

    name: Operand
    action: str
    values: tuple[Operand, ...]
    message: Message

    async def run(self, call: Call) -> None:
        """Sets, adds or deletes."""
        name = await self.name.text(call)
        given = [await value.text_or_none(call) for value in self.values]
        values = [value for value in given if value is not None]
        headers = call.headers_of(self.message)
        if headers is None or name.upper() in FIXED:
            return
        try:
            if self.action == "delete":
                headers.remove(name)
            elif self.action == "append" and values:
                headers.append(name, values)
            elif values and (self.action == "override" or name not in headers):
                headers.replace(name, values)
        except BadHeader as fault:
            raise call.expression_failed(str(fault), self.name.place) from fault
