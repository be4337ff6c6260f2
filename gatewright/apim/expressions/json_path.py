"""JSONPath as Newtonsoft's `SelectToken` reads it: names, indexes, wildcards, descent, slices, filters.

Source: https://www.newtonsoft.com/json/help/html/QueryJsonSelectToken.htm (13.0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions.json_path_steps import (
    Step,
    compare,
    descend,
    everything,
    fail,
    field,
    index,
    slice_of,
    wild,
)
from gatewright.apim.expressions.values import Long


def finder(path: str, must: bool = False) -> Callable[[j.JToken], Iterator[j.JToken]]:
    """What goes to every token that a path finds; each is looked for when it is asked for.

    Raises:
        NetError: JsonException for a broken path, or later, where `must` is set and nothing is there.
    """
    steps = list(_Path(path, must).steps())

    def find(root: j.JToken) -> Iterator[j.JToken]:
        found = iter([root])
        for step in steps:
            found = _each(step, found, [root])
        return found

    return find


def _each(step: Step, tokens: Iterator[j.JToken], root: list[j.JToken]) -> Iterator[j.JToken]:
    for token in tokens:
        yield from step(token, root)


def select(root: j.JToken, path: str, must: bool = False) -> list[j.JToken]:
    """Every token that a path finds."""
    return list(finder(path, must)(root))


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
            return everything if deep else wild
        return descend(field(name, False)) if deep else field(name, self.must)

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
            inner = wild
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
        return descend(inner) if deep and step in "'\"?" else inner  # `..[0]` is `[0]`

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
            return field(found[0], self.must)
        return lambda token, root: (x for n in found for x in field(n, self.must)(token, root))

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
            return slice_of(start, stop, step)
        found = [int(match.group(1))]
        self.space()
        while self.peek() == ",":
            more = re.compile(r",\s*(-?\d+)\s*").match(self.text, self.at)
            if more is None:
                fail(f"Unexpected character while parsing path indexer: {self.peek()}")
            found.append(int(more.group(1)))
            self.at = more.end()
        return lambda token, root: (x for n in found for x in index(n, self.must)(token, root))

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
            for child in token:
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
        return lambda x, root: any(compare(a, op, b) for a in left(x, root) for b in right(x, root))

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
