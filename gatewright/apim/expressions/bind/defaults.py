"""`default(T)` for every type."""

from __future__ import annotations

from gatewright.apim.expressions.library.catalog import Library
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Anon, Pair, Value, default_of


def default_value(library: Library, ty: Ty) -> Value:
    """The value a variable of a type has before anything was assigned."""
    found = default_of(ty)
    if found is not None or not library.is_value(ty):
        return found
    if library.is_enum(ty):
        return library.enum_value(ty, 0)
    if ty.name == "KeyValuePair":
        return Pair(ty, *(default_value(library, a) for a in ty.args))
    entry = library.entry(ty.name)
    if entry is not None:
        for signature in library.own(entry).get("default", ()):
            return signature.entry.call()
    if ty.name == "ValueTuple":
        return Anon(ty.plain, tuple(default_value(library, a) for a in ty.args))
    return None
