"""`set-method`: changes the method of the request to the backend.

Source: https://learn.microsoft.com/azure/api-management/set-method-policy (2024-03-18).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gatewright.apim.document.model import Section
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

_METHOD = re.compile(r"[A-Za-z]{1,20}\Z")


def prepare(node: Node) -> Step:
    """The step of a `set-method`."""
    node.only_in(Section.INBOUND, Section.ON_ERROR)
    return SetMethod(node.text())


@dataclass(frozen=True, slots=True)
class SetMethod:
    """The method of the request."""

    method: Operand

    async def run(self, call: Call) -> None:
        """Sets the method."""
        method = (await self.method.text(call)).strip()
        if not _METHOD.match(method):
            raise call.expression_failed(f"{method!r} is not an HTTP method.", self.method.place)
        call.set_method(method.upper())
