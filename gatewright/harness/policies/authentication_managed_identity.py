"""`authentication-managed-identity`: a stand-in token, labelled as such; no token is ever obtained.

Source: https://learn.microsoft.com/azure/api-management/authentication-managed-identity-policy (2026-05-05).
With `output-token-variable-name` the variable is set and the header is left alone (our reading).
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document.model import Section
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

TOKEN = "local-emulator-token"


def prepare(node: Node) -> Step:
    """The step of an `authentication-managed-identity`."""
    node.only_in(Section.INBOUND)
    resource = node.operand("resource")
    node.literal("client-id", "")
    node.flag("ignore-error", False)
    return AuthenticationManagedIdentity(resource, node.literal("output-token-variable-name", ""))


@dataclass(frozen=True, slots=True)
class AuthenticationManagedIdentity:
    """The stand-in token, in the Authorization header or in a variable."""

    resource: Operand
    variable: str

    async def run(self, call: Call) -> None:
        """Sets the token; the resource is evaluated as the service would."""
        await self.resource.text(call)
        if self.variable:
            call.set_variable(self.variable, TOKEN)
        else:
            call.request.headers.replace("Authorization", [f"Bearer {TOKEN}"])
