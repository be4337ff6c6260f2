"""`set-body`: a text, or what an expression gives; bytes stay bytes. Liquid templates are refused.

Source: https://learn.microsoft.com/azure/api-management/set-body-policy (2024-07-23).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.expressions import to_text
from gatewright.harness import codes
from gatewright.harness.call import Call, Message
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node
from gatewright.harness.view import bytes_of


def prepare(node: Node) -> Step:
    """The step of a `set-body`."""
    if node.literal("template", "none") != "none":
        hint = "write the body as text or as an expression"
        at = node.element.attributes["template"]
        node.fault(codes.UNKNOWN_ATTRIBUTE, "Liquid templates are not emulated", at=at, hint=hint)
    node.absent("xsi-nil", "it belongs to Liquid templates")
    node.absent("parse-date", "it belongs to Liquid templates")
    return SetBody(node.text(), node.message)


@dataclass(frozen=True, slots=True)
class SetBody:
    """The body of the request, the response, or the answer that is being built."""

    text: Operand
    message: Message

    async def run(self, call: Call) -> None:
        """Replaces the body."""
        value = await self.text.value(call)
        data = bytes_of(value)
        if data is None:
            data = b"" if value is None else to_text(value).encode("utf-8", "replace")
        await call.set_body(self.message, data)
