"""What an attribute or a text gives at run time: a literal, or the value of an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewright.apim.expressions import Program, to_bool, to_int, to_text
from gatewright.apim.expressions.faults import PolicyException
from gatewright.apim.expressions.values import Value
from gatewright.harness.errors import Place

if TYPE_CHECKING:
    from gatewright.harness.call import Call


@dataclass(frozen=True, slots=True)
class Operand:
    """A literal, or a compiled expression.

    Attributes:
        literal: the text, or None where an expression stands.
        program: the expression, or None where a literal stands.
        place: the element it belongs to.
    """

    literal: str | None
    program: Program | None
    place: Place

    async def value(self, call: Call) -> Value:
        """The value with its .NET type; a literal is a String.

        Raises:
            PolicyFault: the expression threw.
        """
        if self.program is None:
            return self.literal
        return await call.evaluate(self.program, self.place)

    async def text_or_none(self, call: Call) -> str | None:
        """The value as text, None for null."""
        if self.program is None:
            return self.literal
        value = await call.evaluate(self.program, self.place)
        return None if value is None else to_text(value)

    async def text(self, call: Call) -> str:
        """The value as text, empty for null."""
        return await self.text_or_none(call) or ""

    async def flag(self, call: Call) -> bool:
        """The value as Boolean; a literal is `true` or `false` in any case."""
        value = await self.value(call)
        if isinstance(value, bool):
            return value
        try:
            return to_bool(value)
        except (PolicyException, ValueError) as fault:
            raise call.expression_failed(str(fault), self.place) from fault

    async def whole(self, call: Call) -> int:
        """The value as a whole number."""
        value = await self.value(call)
        if type(value) is int:
            return value
        try:
            return int(value.strip()) if isinstance(value, str) else to_int(value)
        except (PolicyException, ValueError) as fault:
            raise call.expression_failed(f"{value!r} is not a whole number.", self.place) from fault

    async def seconds(self, call: Call) -> float:
        """The value as a number of seconds."""
        text = await self.text(call)
        try:
            number = float(text)
        except ValueError as fault:
            raise call.expression_failed(f"{text!r} is not a number of seconds.", self.place) from fault
        if not 0 <= number < 1e9:
            raise call.expression_failed(f"{text!r} is not a number of seconds.", self.place)
        return number
