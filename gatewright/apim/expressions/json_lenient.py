"""Newtonsoft's reading of text that is not plain JSON, and its errors.

Source: Newtonsoft.Json 13.0, `JsonTextReader`; messages checked against .NET.
"""

from __future__ import annotations

from typing import NoReturn

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.values import Long

_SPACE = " \t\r\n\x0b\x0c\xa0\ufeff"
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "\\": "\\", "/": "/", '"': '"', "'": "'"}
_WORDS: dict[str, tuple[object, int]] = {
    "true": (True, j.BOOLEAN),
    "false": (False, j.BOOLEAN),
    "null": (None, j.NULL),
    "undefined": (None, j.UNDEFINED),
    "NaN": (float("nan"), j.FLOAT),
    "Infinity": (float("inf"), j.FLOAT),
    "-Infinity": (float("-inf"), j.FLOAT),
}


class LenientReader:
    """One text being read."""

    def __init__(self, text: str, dates: bool, max_depth: int) -> None:
        self.text = text
        self.at = 0
        self.dates = dates
        self.max_depth = max_depth
        self.path: list[str | int] = []

    def whole(self, name: str = "JToken") -> j.JToken:
        """The tree of the whole text; `name` is the type that is read, for messages."""
        self.space()
        if self.at >= len(self.text):
            self.fail(f"Error reading {name} from JsonReader.")
        found = self.value(1)
        self.space()
        if self.at < len(self.text):
            step = self.text[self.at]
            self.fail(f"Additional text encountered after finished reading JSON content: {step}.")
        return found

    # ---------------------------------------------------------------- pieces

    def peek(self) -> str:
        """The next character, or nothing at the end."""
        return self.text[self.at] if self.at < len(self.text) else ""

    def space(self) -> None:
        """Skips white space and comments."""
        while True:
            while self.peek() and self.peek() in _SPACE:
                self.at += 1
            if self.text.startswith("//", self.at):
                stop = self.text.find("\n", self.at)
                self.at = len(self.text) if stop < 0 else stop
            elif self.text.startswith("/*", self.at):
                stop = self.text.find("*/", self.at + 2)
                if stop < 0:
                    self.at = len(self.text)
                    self.fail("Unexpected end while parsing comment.")
                self.at = stop + 2
            else:
                return

    def place(self) -> str:
        """Where the reader stands, as messages say it."""
        line = self.text.count("\n", 0, self.at) + 1 if self.at else 0
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1)
        return f"Path '{self.path_text()}', line {line}, position {column}."

    def path_text(self) -> str:
        """The path of the value being read."""
        out = ""
        for step in self.path:
            if isinstance(step, int):
                out += f"[{step}]"
            elif step.isidentifier() or step.replace("-", "a").isalnum():
                out += f".{step}" if out else step
            else:
                out += f"['{step}']"
        return out

    def fail(self, message: str) -> NoReturn:
        """Raises JsonReaderException here."""
        raise NetError("JsonReaderException", f"{message} {self.place()}")

    def end(self, first: bool = False) -> NoReturn:
        """Raises for a text that ends too early; `first`: behind the bracket that it begins with."""
        name = "JArray" if self.text.lstrip(_SPACE).startswith("[") else "JObject"
        what = f"Error reading {name} from JsonReader." if first else ""
        what = what or f"Unexpected end of content while loading {name}."
        raise NetError("JsonReaderException", f"{what} {self.place()}")

    # ---------------------------------------------------------------- values

    def value(self, depth: int) -> j.JToken:
        """Any value."""
        step = self.peek()
        if step in ("{", "["):
            if depth > self.max_depth:
                self.at += 1
                self.fail(f"The reader's MaxDepth of {self.max_depth} has been exceeded.")
            return self.object(depth) if step == "{" else self.array(depth)
        if step in ('"', "'"):
            from gatewright.apim.expressions.json_reader import scalar

            return scalar(self.string(step), self.dates)
        if step and step in "-.0123456789":
            return self.number()
        return self.word()

    def object(self, depth: int) -> j.JToken:
        """An object."""
        self.at += 1
        made = j.JObject()
        while True:
            self.space()
            step = self.peek()
            if not step:
                self.end(first=depth == 1 and not made.props)
            if step == "}":
                self.at += 1
                return made
            name = self.string(step) if step in "\"'" else self.bare_name()
            self.path.append(name)
            self.space()
            if self.peek() != ":":
                found = self.peek()
                self.path.pop()
                self.fail(f"Invalid character after parsing property name. Expected ':' but got: {found}.")
            self.at += 1
            self.space()
            if not self.peek():
                self.end()
            value = self.value(depth + 1)
            old = made.props.get(name)
            if old is None:
                made.add_property(j.JProperty(name, value))
            else:
                old.set(value)
            self.behind("}")
            self.path.pop()

    def behind(self, close: str) -> None:
        """The comma or bracket behind a value."""
        self.space()
        step = self.peek()
        if not step:
            self.end()
        if step == ",":
            self.at += 1
        elif step != close:
            self.fail(f"After parsing a value an unexpected character was encountered: {step}.")

    def array(self, depth: int) -> j.JToken:
        """An array."""
        self.at += 1
        made = j.JArray()
        while True:
            self.space()
            step = self.peek()
            if not step:
                self.end(first=depth == 1 and not made.items)
            if step == "]":
                self.at += 1
                return made
            if step == ",":
                self.at += 1
                made.add(j.JValue(None, j.UNDEFINED))
                continue
            count, nested = len(made.items), step in "{["
            if nested or count:
                self.path.append(count if nested else count - 1)  # until there is a value, the one before
            made.add(self.value(depth + 1))
            if nested or count:
                self.path[-1] = count
            else:
                self.path.append(count)
            self.behind("]")
            self.path.pop()

    def bare_name(self) -> str:
        """A property name without quotes."""
        start = self.at
        while self.peek() and (self.peek().isalnum() or self.peek() in "_$"):
            self.at += 1
        if self.at == start:
            step = self.peek()
            self.at += 1
            self.fail(f"Invalid property identifier character: {step}.")
        if not self.peek():
            raise NetError(
                "JsonReaderException", f"Unexpected end while parsing unquoted property name. {self.place()}"
            )
        if self.peek() not in _SPACE + ":/":
            step = self.peek()
            self.fail(f"Invalid JavaScript property identifier character: {step}.")
        return self.text[start : self.at]

    def string(self, quote: str) -> str:
        """A text in quotes."""
        self.at += 1
        out: list[str] = []
        while True:
            step = self.peek()
            if not step:
                self.fail(f"Unterminated string. Expected delimiter: {quote}.")
            self.at += 1
            if step == quote:
                return "".join(out)
            if step == "\\":
                out.append(self.escape())
            else:
                out.append(step)

    def escape(self) -> str:
        """An escape inside a text."""
        step = self.peek()
        self.at += 1
        if step == "u":
            digits = self.text[self.at : self.at + 4]
            if len(digits) < 4:
                self.at = len(self.text)
                self.fail("Unexpected end while parsing Unicode escape sequence.")
            try:
                code = int(digits, 16)
            except ValueError:
                self.fail(f"Invalid Unicode escape sequence: \\u{digits}.")
            self.at += 4
            return chr(code)
        if step in _ESCAPES and step:
            return _ESCAPES[step]
        self.fail(f"Bad JSON escape sequence: \\{step}.")

    def number(self) -> j.JToken:
        """A number."""
        if self.text.startswith("-Infinity", self.at):
            self.at += 9
            return j.JValue(float("-inf"), j.FLOAT)
        start = self.at
        while self.peek() and self.peek() in "+-.0123456789abcdefxABCDEFXeE":
            self.at += 1
        text = self.text[start : self.at]
        if self.peek() and self.peek() not in _SPACE + ",]}/)":
            step = self.peek()
            self.fail(f"Unexpected character encountered while parsing number: {step}.")
        try:
            return _number(text)
        except ValueError:
            self.fail(f"Input string '{text}' is not a valid number.")

    def word(self) -> j.JToken:
        """`true`, `null` and their kin, or a constructor."""
        if self.text.startswith("new", self.at) and self.text[self.at + 3 : self.at + 4] in _SPACE:
            return self.constructor()
        for word, (value, kind) in _WORDS.items():
            if self.text.startswith(word, self.at):
                behind = self.text[self.at + len(word) : self.at + len(word) + 1]
                if not behind or behind in _SPACE + ",]}/)":
                    self.at += len(word)
                    return j.JValue(value, kind)
        step = self.peek()
        if step in ("n", "t", "f", "N", "I", "u"):
            self.at += self._agree(step)
            self.fail(f"Error parsing {_name(step)} value.")
        if not step:
            self.end()
        self.fail(f"Unexpected character encountered while parsing value: {step}.")

    def constructor(self) -> j.JToken:
        """`new Date(1)`."""
        self.at += 3
        self.space()
        start = self.at
        while self.peek().isalnum():
            self.at += 1
        made = j.JConstructor(self.text[start : self.at])
        self.space()
        if self.peek() != "(":
            self.fail(f"Unexpected character while parsing constructor: {self.peek()}.")
        self.at += 1
        self.space()
        while self.peek() != ")":
            made.add(self.value(2))
            self.behind(")")
            self.space()
        self.at += 1
        return made

    def _agree(self, step: str) -> int:
        word = {"n": "null", "t": "true", "f": "false", "N": "NaN", "I": "Infinity", "u": "undefined"}[step]
        count = 0
        rest = self.text[self.at : self.at + len(word)]
        while count < len(rest) and rest[count] == word[count]:
            count += 1
        return count


def _name(step: str) -> str:
    return {"n": "null", "t": "boolean", "f": "boolean", "N": "NaN", "I": "Infinity", "u": "undefined"}[step]


def _number(text: str) -> j.JToken:
    lower = text.lower()
    if lower.startswith(("0x", "-0x")):
        return j.JValue(Long(int(text, 16)), j.INTEGER)
    if len(text) > 1 and text[0] == "0" and text[1:].isdigit():
        return j.JValue(Long(int(text, 8)), j.INTEGER)
    if "." in text or "e" in lower:
        return j.JValue(float(text), j.FLOAT)
    from gatewright.apim.expressions.json_reader import scalar

    return scalar(int(text), False)
