"""JSONPath as Newtonsoft's `SelectToken` reads it: names, indexes, wildcards, descent, slices, filters.

Source: https://www.newtonsoft.com/json/help/html/QueryJsonSelectToken.htm (13.0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NoReturn

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.values import Long, Value

Step = Callable[[j.JToken, list[j.JToken]], Iterator[j.JToken]]


def fail(message: str) -> NoReturn:
    """A path that is not JSONPath, or that finds nothing where it has to."""
    raise NetError("JsonException", message)


def select(root: j.JToken, path: str, must: bool = False) -> list[j.JToken]:
    """Every token that a path finds.

    Raises:
        NetError: JsonException for a broken path, or where `must` is set and nothing is there.
    """
    found = [root]
    for step in _Path(path, must).steps():
        found = [x for token in found for x in step(token, [root])]
    return found


class _Path:
    def __init__(self, text: str, must: bool) -> None:
        self.text = text
        self.at = 0
        self.must = must

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def steps(self) -> Iterator[Step]:
        if self.text.startswith("$") and (len(self.text) == 1 or self.text[1] in ".["):
            self.at = 1
        elif not self.text:
            return
        first = self.at == 0
        while self.at < len(self.text):
            step = self.peek()
            if step == "[":
                yield self.brackets(False)
            elif step == ".":
                self.at += 1
                deep = self.peek() == "."
                self.at += deep
                if self.at >= len(self.text):
                    fail("Unexpected end while parsing path.")
                if deep and self.peek() == "[":
                    yield self.brackets(True)
                else:
                    yield self.named(deep)
            elif first:
                yield self.named(False)
            else:
                fail(f"Unexpected character following indexer: {step}")
            first = False

    def named(self, deep: bool) -> Step:
        start = self.at
        while self.peek() and self.peek() not in ".[":
            if self.peek() in " ])":
                fail(f"Unexpected character while parsing path: {self.peek()}")
            self.at += 1
        name = self.text[start : self.at]
        if name == "*":
            return _everything if deep else _wild
        return _descend(_field(name, False)) if deep else _field(name, self.must)

    def brackets(self, deep: bool) -> Step:
        self.at += 1
        self.space()
        step = self.peek()
        inner: Step
        if step in "'\"" and step:
            inner = self.names()
        elif step == "?":
            inner = self.filter()
        elif step == "*":
            self.at += 1
            inner = _wild
        else:
            inner = self.numbers()
        self.space()
        if self.peek() != "]":
            fail(
                "Path ended with open indexer."
                if not self.peek()
                else f"Unexpected character while parsing path indexer: {self.peek()}"
            )
        self.at += 1
        return _descend(inner) if deep and step in "'\"?" else inner  # `..[0]` is `[0]`

    def space(self) -> None:
        while self.peek() == " ":
            self.at += 1

    def quoted(self) -> str:
        quote = self.peek()
        self.at += 1
        out: list[str] = []
        while self.peek() and self.peek() != quote:
            if self.peek() == "\\":
                self.at += 1
            out.append(self.peek())
            self.at += 1
        if not self.peek():
            fail("Path ended with an open string.")
        self.at += 1
        return "".join(out)

    def names(self) -> Step:
        found = [self.quoted()]
        self.space()
        while self.peek() == ",":
            self.at += 1
            self.space()
            found.append(self.quoted())
            self.space()
        if len(found) == 1:
            return _field(found[0], self.must)
        return lambda token, root: (x for n in found for x in _field(n, self.must)(token, root))

    def numbers(self) -> Step:
        match = re.compile(r"\s*(-?\d*)\s*(?::\s*(-?\d*)\s*(?::\s*(-?\d*))?)?").match(self.text, self.at)
        if match is None or not match.group().strip():
            fail(
                f"Unexpected character while parsing path indexer: {self.peek()}"
                if self.peek()
                else "Path ended with open indexer."
            )
        self.at = match.end()
        if ":" in match.group():
            start, stop, step = (int(x) if x else None for x in match.groups())
            return _slice(start, stop, step)
        found = [int(match.group(1))]
        self.space()
        while self.peek() == ",":
            more = re.compile(r",\s*(-?\d+)\s*").match(self.text, self.at)
            if more is None:
                fail(f"Unexpected character while parsing path indexer: {self.peek()}")
            found.append(int(more.group(1)))
            self.at = more.end()
        return lambda token, root: (x for n in found for x in _index(n, self.must)(token, root))

    # ---------------------------------------------------------------- filters

    def filter(self) -> Step:
        self.at += 1
        self.space()
        if self.peek() != "(":
            fail(f"Unexpected character while parsing path indexer: {self.peek()}")
        self.at += 1
        test = self.either()
        self.space()
        if self.peek() != ")":
            fail("Path ended with open query.")
        self.at += 1

        def step(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
            for child in token.children():
                inner = child.value if isinstance(child, j.JProperty) else child
                if test(inner, root):
                    yield inner

        return step

    def either(self) -> Callable[..., bool]:
        tests = [self.both()]
        while self.text.startswith("||", self.at):
            self.at += 2
            tests.append(self.both())
        return lambda x, root: any(test(x, root) for test in tests)

    def both(self) -> Callable[..., bool]:
        tests = [self.comparison()]
        self.space()
        while self.text.startswith("&&", self.at):
            self.at += 2
            tests.append(self.comparison())
            self.space()
        return lambda x, root: all(test(x, root) for test in tests)

    def comparison(self) -> Callable[..., bool]:
        self.space()
        left = self.operand()
        self.space()
        op = next(
            (
                o
                for o in ("===", "!==", "==", "!=", "<>", "<=", ">=", "=~", "<", ">")
                if self.text.startswith(o, self.at)
            ),
            None,
        )
        if op is None:
            return lambda x, root: bool(left(x, root))
        self.at += len(op)
        self.space()
        right = self.operand()
        return lambda x, root: any(_compare(a, op, b) for a in left(x, root) for b in right(x, root))

    def operand(self) -> Callable[..., list[j.JToken]]:
        step = self.peek()
        if step in "@$" and step:
            return self.subpath(step)
        if step in "'\"" and step:
            text = self.quoted()
            return lambda x, root: [j.JValue(text, j.STRING)]
        if step == "/":
            match = re.compile(r"/((?:[^/\\]|\\.)*)/([imsx]*)").match(self.text, self.at)
            if match is None:
                fail("Path ended with an open regex.")
            self.at = match.end()
            pattern = match.group()
            return lambda x, root: [j.JValue(pattern, j.STRING)]
        match = re.compile(r"-?[0-9][0-9.eE+-]*|true|false|null").match(self.text, self.at)
        if match is None:
            fail(f"Unexpected character while parsing path query: {step}")
        self.at = match.end()
        value = _constant(match.group())
        return lambda x, root: [value]

    def subpath(self, mark: str) -> Callable[..., list[j.JToken]]:
        start = self.at + 1
        depth = 0
        self.at = start
        while self.peek():
            step = self.peek()
            if step == "[":
                depth += 1
            elif step == "]":
                depth -= 1
            elif depth == 0 and (step in " )=<>!&|" or self.text.startswith("=~", self.at)):
                break
            self.at += 1
        path = "$" + self.text[start : self.at]
        return lambda x, root: select(x if mark == "@" else root[0], path)


def _constant(text: str) -> j.JValue:
    if text in ("true", "false"):
        return j.JValue(text == "true", j.BOOLEAN)
    if text == "null":
        return j.JValue(None, j.NULL)
    try:
        return j.JValue(Long(int(text)), j.INTEGER)
    except ValueError:
        return j.JValue(float(text), j.FLOAT)


def _compare(a: j.JToken, op: str, b: j.JToken) -> bool:
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


def _field(name: str, must: bool) -> Step:
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


def _index(number: int, must: bool) -> Step:
    def step(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
        if isinstance(token, j.JArray):
            if 0 <= number < len(token.items):
                yield token.items[number]
            elif must:
                fail(f"Index {number} outside the bounds of JArray.")
        elif must:
            fail(f"Index {number} not valid on {token.ty.name}.")

    return step


def _wild(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
    for child in token.children():
        yield child.value if isinstance(child, j.JProperty) else child


def _everything(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
    """`..*`: the token itself, then all that is in it, in the order of the text."""
    stack = [token]
    while stack:
        at = stack.pop()
        yield at
        stack += [c.value if isinstance(c, j.JProperty) else c for c in reversed(list(at.children()))]


def _slice(start: int | None, stop: int | None, step: int | None) -> Step:
    if step == 0:
        fail("Step cannot be zero.")

    def run(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
        if isinstance(token, j.JArray):
            yield from token.items[start:stop:step]

    return run


def _descend(inner: Step) -> Step:
    def run(token: j.JToken, root: list[j.JToken]) -> Iterator[j.JToken]:
        yield from inner(token, root)
        for child in token.children():
            below = child.value if isinstance(child, j.JProperty) else child
            yield from run(below, root)

    return run
