"""`set-status`: changes the status line of the response; the pipeline goes on.

Source: https://learn.microsoft.com/azure/api-management/set-status-policy (2024-07-23). What it does in
inbound and backend, outside `return-response`, is not documented and refused here.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document.model import Section
from gatewright.harness.call import Call, Message, phrase
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node


def prepare(node: Node) -> Step:
    """The step of a `set-status`."""
    if node.message != "answer":
        node.only_in(Section.OUTBOUND, Section.ON_ERROR)
    return SetStatus(node.operand("code"), node.optional("reason"), node.message)


@dataclass(frozen=True, slots=True)
class SetStatus:
    """The status of the response, or of the answer that is being built."""

    code: Operand
    reason: Operand | None
    message: Message

    async def run(self, call: Call) -> None:
        """Sets status and reason phrase."""
        code = await self.code.whole(call)
        if not 100 <= code <= 999:
            raise call.expression_failed(f"{code} is not a status code.", self.code.place)
        reason = await self.reason.text(call) if self.reason else phrase(code)
        call.set_status(self.message, code, reason)
