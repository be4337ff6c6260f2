"""What the steps of a JSONPath find: names, indexes, wildcards, slices, what lies deeper, and comparisons.

Source: https://www.newtonsoft.com/json/help/html/QueryJsonSelectToken.htm (13.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NoReturn

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.values import Value

Step = Callable[[j.JToken, list[j.JToken]], Iterator[j.JToken]]


def fail(message: str) -> NoReturn:
    """A path that is not JSONPath, or that finds nothing where it has to."""
    raise NetError("JsonException", message)


def compare(a: j.JToken, op: str, b: j.JToken) -> bool:
    """A comparison of a filter."""
    if not isinstance(a, j.JValue) or not isinstance(b, j.JValue):
        return op in ("!=", "<>", "!==")
    x: Value = a.value
    y: Value = b.value
    if op == "=~":
        from gatewright.apim.expressions.library.regex import json_path_match

        return isinstance(x, str) and bool(json_path_match(x, str(y)))
    same = _same(a, b)
    if op in ("==", "==="):
        return same
    if op in ("!=", "<>", "!=="):
        return not same
    from gatewright.apim.expressions.json_compare import compare_values

    if x is None or y is None:
        return False
    order = compare_values(a, b)
    return {"<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[op]


def _same(a: j.JValue, b: j.JValue) -> bool:
    numbers_ = {j.INTEGER, j.FLOAT}
    if a.kind in numbers_ and b.kind in numbers_:
        return bool(a.value == b.value)
    if a.kind == b.kind:
        return bool(a.value == b.value)
    if b.kind == j.STRING and a.kind in (j.DATE, j.GUID, j.URI, j.TIMESPAN):
        return bool(a.net_text() == b.value)
    return False


def field(name: str, must: bool) -> Step:
    """`.name`."""

    def step(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
        if isinstance(token, j.JObject):
            found = token.get(name)
            if found is not None:
                yield found
            elif must:
                fail(f"Property '{name}' does not exist on JObject.")
        elif must:
            fail(f"Property '{name}' not valid on {token.ty.name}.")

    return step


def index(number: int, must: bool) -> Step:
    """`[0]`."""

    def step(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
        if isinstance(token, j.JArray):
            if 0 <= number < len(token.items):
                yield token.items[number]
            elif must:
                fail(f"Index {number} outside the bounds of JArray.")
        elif must:
            fail(f"Index {number} not valid on {token.ty.name}.")

    return step


def wild(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
    """`.*`."""
    for child in token:
        yield child.value if isinstance(child, j.JProperty) else child


def everything(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
    """`..*`: the token itself, then all that is in it, in the order of the text."""
    stack = [token]
    while stack:
        at = stack.pop()
        yield at
        stack += [c.value if isinstance(c, j.JProperty) else c for c in reversed(list(at.children()))]


def slice_of(start: int | None, stop: int | None, step: int | None) -> Step:
    """`[1:5:2]`."""
    if step == 0:
        fail("Step cannot be zero.")

    def run(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
        if isinstance(token, j.JArray):
            yield from token.items[start:stop:step]

    return run


def descend(inner: Step) -> Step:
    """`..` in front of another step."""

    def run(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
        yield from inner(token, root)
        for child in list(token.children()):
            below = child.value if isinstance(child, j.JProperty) else child
            yield from run(below, root)

    return run
