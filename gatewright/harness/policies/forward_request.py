"""`forward-request`: sends the request to the backend.

Source: https://learn.microsoft.com/azure/api-management/forward-request-policy (2024-07-23). Redirects,
HTTP/2 and `continue-timeout` are refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document.model import Section
from gatewright.harness import codes, errors
from gatewright.harness.call import Call
from gatewright.harness.errors import Place, PolicyFault
from gatewright.harness.forwarding import Sending, forward
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

DEFAULT_TIMEOUT_SECONDS = "300"


def prepare(node: Node) -> Step:
    """The step of a `forward-request`."""
    node.only_in(Section.BACKEND)
    milliseconds = node.optional("timeout-ms")
    if milliseconds and "timeout" in node.element.attributes:
        node.fault(codes.BAD_VALUE, "<forward-request> takes timeout or timeout-ms, not both")
    node.absent("continue-timeout", "the gateway never waits for 100 Continue")
    if node.flag("follow-redirects", False):
        node.fault(codes.UNKNOWN_ATTRIBUTE, "redirects are not followed", hint="leave follow-redirects out")
    if node.choice("http-version", ("1", "2or1", "2"), "1") == "2":
        node.fault(codes.UNKNOWN_ATTRIBUTE, "HTTP/2 to backends is not emulated", hint='write "1" or "2or1"')
    return ForwardRequest(
        node.operand_or("timeout", DEFAULT_TIMEOUT_SECONDS),
        milliseconds,
        node.flag("buffer-request-body", False),
        node.flag("buffer-response", True),
        node.flag("fail-on-error-status-code", False),
        node.place,
    )


@dataclass(frozen=True, slots=True)
class ForwardRequest:
    """How the request is sent."""

    timeout: Operand
    timeout_ms: Operand | None
    buffers_request: bool
    buffers_response: bool
    fails_on_error: bool
    place: Place

    async def run(self, call: Call) -> None:
        """Sends the request; a 4xx or 5xx is a normal response unless the policy says otherwise."""
        if self.timeout_ms:
            seconds = await self.timeout_ms.seconds(call) / 1000
        else:
            seconds = await self.timeout.seconds(call)
        await forward(call, Sending(seconds, self.buffers_request, self.buffers_response, self.place))
        if self.fails_on_error and call.response and 400 <= call.response.status <= 599:
            raise PolicyFault(errors.error_status(call.response.status, self.place))
