"""`return-response`: answers at once, by default 200 with an empty body; on-error does not run.

Source: https://learn.microsoft.com/azure/api-management/return-response-policy (2024-07-23). Child
expressions see the response as it stood before.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.harness.call import Call
from gatewright.harness.messages import BytesBody, Headers, ResponseMessage
from gatewright.harness.pipeline import Block, Returned, Step
from gatewright.harness.prepare import Node


def prepare(node: Node) -> Step:
    """The step of a `return-response`."""
    node.absent("response-variable-name", "it needs send-request, which is not emulated")
    return ReturnResponse(node.answer_steps("set-status", "set-header", "set-body"))


@dataclass(frozen=True, slots=True)
class ReturnResponse:
    """The answer and what it is made of."""

    block: Block

    async def run(self, call: Call) -> None:
        """Builds the answer and ends the pipeline."""
        call.answer = ResponseMessage(200, "OK", Headers(), BytesBody())
        await self.block.run(call)
        answer, call.answer = call.answer, None
        await call.drop_response()
        call.respond(answer)
        call.returned = True
        raise Returned
