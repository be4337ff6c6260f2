"""The order of things: inbound, backend, outbound; and on-error when anything fails on the way.

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-policies (2023-10-18) and
…/api-management-error-handling-policies (2026-04-22).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gatewright.harness import errors
from gatewright.harness.errors import Fault, PolicyFault

if TYPE_CHECKING:
    from gatewright.harness.call import Call


class Step(Protocol):
    """A prepared policy element."""

    async def run(self, call: Call) -> None:
        """Does to the request what the element says.

        Raises:
            PolicyFault: the request goes to on-error.
            Returned: the request is answered.
        """
        ...


class Returned(Exception):
    """Ends the pipeline: `return-response` has answered. It is not an error."""


@dataclass(frozen=True, slots=True)
class Block:
    """Steps that run one after the other."""

    steps: Sequence[Step]

    async def run(self, call: Call) -> None:
        """Runs the steps in order."""
        for step in self.steps:
            await step.run(call)


EMPTY = Block(())


@dataclass(frozen=True, slots=True)
class Policy:
    """The prepared sections that are in effect for a product, an API and an operation."""

    inbound: Block = EMPTY
    backend: Block = EMPTY
    outbound: Block = EMPTY
    on_error: Block = EMPTY


async def run(call: Call, policy: Policy) -> None:
    """Runs a request through its policy; afterwards `call.response` is what the client gets."""
    try:
        await policy.inbound.run(call)
        await policy.backend.run(call)
        await call.enter_outbound()
        await policy.outbound.run(call)
    except Returned:
        return
    except PolicyFault as caught:
        await fail(call, policy, caught.fault)


async def fail(call: Call, policy: Policy, fault: Fault) -> None:
    """Sends a request to on-error: the default answer stands already while the section runs."""
    await call.enter_on_error(fault)
    try:
        await policy.on_error.run(call)
    except Returned:
        return
    except PolicyFault as second:
        inner = second.fault
        again = errors.internal(inner.source, inner.reason, inner.message, call.request_id, inner.place)
        await call.enter_on_error(again)
