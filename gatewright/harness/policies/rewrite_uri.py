"""`rewrite-uri`: replaces path and query behind the backend's base URL.

Source: https://learn.microsoft.com/azure/api-management/rewrite-uri-policy (2024-07-23): `{name}` stands for
a parameter of the operation's URL template; query parameters that the template does not name are copied
unless `copy-unmatched-params` is false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from gatewright.apim.document.model import Section
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

_PARAMETER = re.compile(r"\{([^{}]+)\}")


def prepare(node: Node) -> Step:
    """The step of a `rewrite-uri`."""
    node.only_in(Section.INBOUND)
    return RewriteUri(node.operand("template"), node.operand_or("copy-unmatched-params", "true"))


@dataclass(frozen=True, slots=True)
class RewriteUri:
    """Path and query of the request to the backend."""

    template: Operand
    copy: Operand

    async def run(self, call: Call) -> None:
        """Sets path and query."""
        template, copy = await self.template.text(call), await self.copy.flag(call)
        parameters = call.match.parameters if call.match else {}

        def value(found: re.Match[str]) -> str:
            name = found.group(1)
            if name not in parameters:
                text = f"The operation's URL template has no parameter {name}."
                raise call.expression_failed(text, self.template.place)
            return quote(parameters[name], safe="")

        path, _, query = _PARAMETER.sub(value, template).partition("?")
        pairs = parse_qsl(query, keep_blank_values=True)
        if copy:
            matched = _query_names(call)
            named = {name for name, _ in pairs} | matched
            given = parse_qsl(call.arrival.query, keep_blank_values=True)
            pairs += [pair for pair in given if pair[0] not in named]
        call.set_path(path if path.startswith("/") else f"/{path}", urlencode(pairs, quote_via=quote))


def _query_names(call: Call) -> set[str]:
    """Query parameters that the operation's own template names."""
    operation = call.match.operation if call.match else None
    query = operation.url_template.partition("?")[2] if operation else ""
    return {name for name, _ in parse_qsl(query, keep_blank_values=True)}
