"""`llm-emit-token-metric`: tokens as metrics with dimensions, where the service states its usage.

Source: https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy (2026-06-15). A stream
without a usage chunk emits nothing. The metric names are those of …/azure-openai-emit-token-metric-policy;
this file alone knows them. Dimension values are taken where the element stands, in inbound.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document.model import Section
from gatewright.harness import codes
from gatewright.harness.accounting import Measured
from gatewright.harness.call import Call
from gatewright.harness.operand import Operand
from gatewright.harness.outcome import TokenMetric
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

DEFAULT_DIMENSIONS = (
    "API ID",
    "Operation ID",
    "Product ID",
    "User ID",
    "Subscription ID",
    "Location",
    "Gateway ID",
    "Backend ID",
)
MAX_CUSTOM_DIMENSIONS = 5
_BACKEND = "Backend ID"


def prepare(node: Node) -> Step:
    """The step of an `llm-emit-token-metric`."""
    node.only_in(Section.INBOUND)
    dimensions: list[tuple[Operand, Operand | None]] = []
    for child in node.children("dimension"):
        name, value = child.operand("name"), child.optional("value")
        if value is None and name.literal not in DEFAULT_DIMENSIONS:
            hint = f"without value: {', '.join(DEFAULT_DIMENSIONS)}"
            child.fault(codes.MISSING_ATTRIBUTE, f"the dimension {name.literal} needs a value", hint=hint)
        dimensions.append((name, value))
        child.refuse_the_rest()
    if not dimensions:
        node.fault(codes.BAD_VALUE, "<llm-emit-token-metric> needs a <dimension>")
    if sum(value is not None for _, value in dimensions) > MAX_CUSTOM_DIMENSIONS:
        node.fault(codes.BAD_VALUE, f"at most {MAX_CUSTOM_DIMENSIONS} dimensions may have a value")
    return LlmEmitTokenMetric(node.literal("namespace", "API Management"), tuple(dimensions))


@dataclass(frozen=True, slots=True)
class LlmEmitTokenMetric:
    """A namespace, and dimensions with their values; None stands for the service's own value."""

    namespace: str
    dimensions: tuple[tuple[Operand, Operand | None], ...]

    async def run(self, call: Call) -> None:
        """Evaluates the dimensions and waits for the answer's usage."""
        known: list[tuple[str, str]] = []
        for name, value in self.dimensions:
            label = await name.text(call)
            known.append((label, await value.text(call) if value else _own(call, label)))

        def emit(measured: Measured) -> None:
            if measured.stated:
                call.metrics.extend(self._metrics(tuple(known), measured))

        call.accounting.listeners.append(emit)

    def _metrics(self, known: tuple[tuple[str, str], ...], measured: Measured) -> list[TokenMetric]:
        own = {name.literal for name, value in self.dimensions if value is None}
        dimensions = tuple(
            (name, measured.backend or "") if name == _BACKEND and _BACKEND in own else (name, value)
            for name, value in known
        )
        counts = (
            ("Total Tokens", measured.total_tokens),
            ("Prompt Tokens", measured.input_tokens),
            ("Completion Tokens", measured.output_tokens),
        )
        return [TokenMetric(self.namespace, name, n, dimensions) for name, n in counts if n is not None]


def _own(call: Call, name: str) -> str:
    """The value of a default dimension, empty where the request has none and for the backend."""
    match, access = call.match, call.access
    values = {
        "API ID": match.api.id if match else "",
        "Operation ID": match.operation.id if match and match.operation else "",
        "Product ID": access.product.id if access and access.product else "",
        "Subscription ID": access.subscription.id if access and access.subscription else "",
        "Location": call.state.location,
        "Gateway ID": "managed",
    }
    return values.get(name, "")
