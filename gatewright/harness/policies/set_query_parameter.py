"""`set-query-parameter`: sets, adds or deletes a parameter of the request's query.

Source: https://learn.microsoft.com/azure/api-management/set-query-parameter-policy (2024-07-23).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from gatewright.apim.document.model import Section
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.policies.set_header import ACTIONS
from gatewright.harness.prepare import Node


def prepare(node: Node) -> Step:
    """The step of a `set-query-parameter`."""
    node.only_in(Section.INBOUND, Section.BACKEND)
    name = node.operand("name")
    action = node.choice("exists-action", ACTIONS, "override")
    return SetQueryParameter(name, action, tuple(child.text() for child in node.children("value")))


@dataclass(frozen=True, slots=True)
class SetQueryParameter:
    """A parameter of the request's query; other parameters keep their order."""

    name: Operand
    action: str
    values: tuple[Operand, ...]

    async def run(self, call: Call) -> None:
        """Changes the query."""
        name = await self.name.text(call)
        values = [(name, await value.text(call)) for value in self.values]
        pairs = parse_qsl(call.request.query, keep_blank_values=True)
        there = any(key == name for key, _ in pairs)
        if self.action == "skip" and there:
            return
        if self.action in ("override", "delete"):
            pairs = [pair for pair in pairs if pair[0] != name]
        if self.action != "delete":
            pairs += values
        call.set_query(urlencode(pairs, quote_via=quote))
