"""What behaviours ask about types while they run: casts, instance tests, comparison."""

from __future__ import annotations

from functools import cache

from gatewright.apim.expressions.bind.conversions import Conversions
from gatewright.apim.expressions.bind.defaults import default_value
from gatewright.apim.expressions.library import library
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import EnumValue, Value


@cache
def conversions() -> Conversions:
    """The conversions over the library; answers are kept."""
    return Conversions(library())


def default(ty: Ty) -> Value:
    """`default(T)`."""
    return default_value(library(), ty)


def enum_value(ty: Ty, number: int) -> EnumValue:
    """The value of an enum with a number."""
    return library().enum_value(ty, number)
