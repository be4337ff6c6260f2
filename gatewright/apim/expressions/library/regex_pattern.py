"""A .NET pattern in the spelling of the engine that runs it, the `regex` package.

Source: https://learn.microsoft.com/dotnet/standard/base-types/regular-expression-language-quick-reference.
Options are written out where they hold, as `.NET` scopes them; unnamed groups are numbered before named ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gatewright.apim.expressions.faults import Exceeded, NetError

IGNORE_CASE, MULTILINE, EXPLICIT, SINGLELINE, VERBOSE, ECMA = 1, 2, 4, 16, 32, 256
_MOST_REPEATS = 100_000
_INLINE = {"i": IGNORE_CASE, "m": MULTILINE, "n": EXPLICIT, "s": SINGLELINE, "x": VERBOSE}
_ESCAPES = frozenset("abBAdDefGknpPrsStuvwWxZzc")
_SPACE, _WORD = r"\f\n\r\t\v\x85\p{Z}", r"\p{L}\p{Mn}\p{Nd}\p{Pc}"
_ECMA_SETS = {"d": "0-9", "w": "a-zA-Z0-9_", "s": r" \f\n\r\t\v"}
_SETS = {"d": r"\p{Nd}", "w": _WORD, "s": _SPACE}
_QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}", re.ASCII)
_OPTIONS = re.compile(r"\(\?([imnsx]*)(?:-([imnsx]*))?([:)])")
_NAME = re.compile(r"\(\?(?:<(\w+)>|'(\w+)')")
_BALANCE = re.compile(r"\(\?(?:<\w*-\w+>|'\w*-\w+')")


def _bad(source: str, at: int, why: str) -> NetError:
    return NetError("RegexParseException", f"Invalid pattern '{source}' at offset {at}. {why}")


def _refused(what: str) -> Exceeded:
    return Exceeded("RegexNotInterpreted", f"{what} are not interpreted here")


@dataclass(slots=True)
class _Level:
    """An open group: the options outside it, what was opened for inline options, and its weight."""

    outer: int
    wrapped: str = ""
    weight: int = 1


@dataclass(slots=True)
class Pattern:
    """A pattern being written out.

    Attributes:
        source: the .NET pattern.
        options: the options that hold at the place that was reached.
        weight: how often the atom that was read last repeats at least, with what stands in it.
        names: of the groups in the engine's order, None for those without a name.
    """

    source: str
    options: int
    at: int = 0
    names: list[str | None] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=lambda: [_Level(0)])
    weight: int = 1

    def text(self) -> str:
        """The whole pattern.

        Raises:
            NetError: RegexParseException.
            Exceeded: for what the engine has no spelling for.
        """
        self.names = self._scan()
        while self.at < len(self.source):
            self._step()
        if len(self.levels) > 1:
            raise _bad(self.source, len(self.source), "Not enough )'s.")
        if self.levels[0].wrapped:
            self.out.append(")")
        return "".join(self.out)

    # ---------------------------------------------------------------- groups, before the pattern is written

    def _scan(self) -> list[str | None]:
        """The names of the capturing groups, in the order of their brackets."""
        found: list[str | None] = []
        stack: list[int] = []
        options, at = self.options, 0
        while at < len(self.source):
            step = self.source[at]
            if step == "\\":
                at += 2
                continue
            if step == "[":
                at = self._class_end(at)
                continue
            if step == "#" and options & VERBOSE:
                at = self._line_end(at)
                continue
            if step == ")" and stack:
                options = stack.pop()
            elif step == "(":
                if self.source.startswith("(?#", at):
                    at = self._comment_end(at)
                    continue
                inline = _OPTIONS.match(self.source, at)
                named = _NAME.match(self.source, at)
                if inline is None or inline.group(3) == ":":
                    stack.append(options)
                if inline is not None:
                    options = _changed(options, inline)
                elif named is not None:
                    name = named.group(1) or named.group(2)
                    if name.isdigit():
                        raise _refused("groups with a number for a name")
                    if name not in found:
                        found.append(name)
                elif not self.source.startswith("(?", at) and not options & EXPLICIT:
                    found.append(None)
            at += 1
        return found

    def _class_end(self, at: int) -> int:
        """Behind the `]` of a character class."""
        at += 2 if self.source.startswith("[^", at) else 1
        first = True
        while at < len(self.source):
            step = self.source[at]
            if step == "\\":
                at += 2
            elif step == "]" and not first:
                return at + 1
            elif step == "[" and self.source[at - 1] == "-" and not first:
                at = self._class_end(at)
            else:
                at += 1
            first = False
        raise _bad(self.source, len(self.source), "Unterminated [] set.")

    def _line_end(self, at: int) -> int:
        end = self.source.find("\n", at)
        return len(self.source) if end < 0 else end + 1

    def _comment_end(self, at: int) -> int:
        end = self.source.find(")", at)
        if end < 0:
            raise _bad(self.source, len(self.source), "Unterminated (?#...) comment.")
        return end + 1

    def engine_number(self, number: int) -> int | None:
        """The engine's number of a group that has this number in .NET."""
        order = [i for i, n in enumerate(self.names, 1) if n is None]
        order += [i for i, n in enumerate(self.names, 1) if n is not None]
        return order[number - 1] if 0 < number <= len(order) else (0 if number == 0 else None)

    # ---------------------------------------------------------------- writing

    def _step(self) -> None:
        step = self.source[self.at]
        if step == "\\":
            self._escape()
        elif step == "[":
            end = self._class_end(self.at)
            self.out.append(self._class(self.at, end))
            self.at = end
            self._quantifier()
        elif step == "(":
            self._open()
        elif step == ")":
            self._close()
        elif step == "|":
            wrapped = self.levels[-1].wrapped
            self._put(f")|{wrapped}" if wrapped else "|", False)
        elif self.options & VERBOSE and (step.isspace() or step == "#"):
            self.at = self._line_end(self.at) if step == "#" else self.at + 1
        elif step in "*+?":
            raise _bad(self.source, self.at, f"Quantifier {{x,y}} following nothing. '{step}'")
        elif step == "{" and not _QUANTIFIER.match(self.source, self.at):
            self._put(r"\{")
        elif step == "{":
            raise _bad(self.source, self.at, "Quantifier {x,y} following nothing.")
        elif step == "$":
            self._put(r"(?=\n|\Z)" if self.options & MULTILINE else r"(?=\n?\Z)")
        elif step == "^":
            self._put(r"(?:(?<=\n)|\A)" if self.options & MULTILINE else r"\A")
        elif step == ".":
            self._put(r"[\s\S]" if self.options & SINGLELINE else r"[^\n]")
        else:
            self._put("\\" + step if step in "&~}]#" or step.isspace() else step)

    def _put(self, text: str, quantified: bool = True) -> None:
        self.out.append(text)
        self.at += 1
        if quantified:
            self._quantifier()

    def _quantifier(self) -> None:
        """A quantifier behind an atom; a second one is an error."""
        while self.options & VERBOSE and self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1
        found = _QUANTIFIER.match(self.source, self.at)
        weight, self.weight = self.weight, 1
        if found is None:
            self.levels[-1].weight = max(self.levels[-1].weight, weight)
            return
        text = found.group()
        low, comma, high = text[1:-1].partition(",") if text[0] == "{" else ("0", "", "")
        if comma and high and int(low) > int(high):
            raise _bad(self.source, found.end(), "Illegal {x,y} with x > y.")
        if max(int(low), int(high or 0)) > 0x7FFFFFFF:
            raise _bad(
                self.source,
                found.end(),
                "Capture group numbers must be less than or equal to Int32.MaxValue.",
            )
        weight *= max(int(low), int(high or 0), 1)
        self.levels[-1].weight = max(self.levels[-1].weight, weight)
        if weight > _MOST_REPEATS:
            raise _refused(f"repeats of more than {_MOST_REPEATS} times")
        self.at = found.end()
        if self.source.startswith("?", self.at):
            text += "?"
            self.at += 1
        again = _QUANTIFIER.match(self.source, self.at)
        if again is not None:
            raise _bad(self.source, self.at + 1, f"Nested quantifier '{again.group()}'.")
        self.out.append(text)

    def _open(self) -> None:
        rest = self.source[self.at : self.at + 4]
        if rest.startswith("(?#"):
            self.at = self._comment_end(self.at)
            return
        inline = _OPTIONS.match(self.source, self.at)
        if inline is not None:
            self._inline(inline)
            return
        if _BALANCE.match(self.source, self.at):
            raise _refused("balancing groups")
        named = _NAME.match(self.source, self.at)
        self.levels.append(_Level(self.options))
        if named is not None:
            self.out.append(f"(?P<{named.group(1) or named.group(2)}>")
            self.at = named.end()
        elif rest.startswith("(?("):
            self._condition()
        elif rest.startswith(("(?:", "(?=", "(?!", "(?>")):
            self.out.append(rest[:3])
            self.at += 3
        elif rest.startswith(("(?<=", "(?<!")):
            self.out.append(rest[:4])
            self.at += 4
        elif rest.startswith("(?"):
            raise _bad(self.source, self.at + 2, "Unrecognized grouping construct.")
        else:
            self.out.append("(?:" if self.options & EXPLICIT else "(")
            self.at += 1

    def _condition(self) -> None:
        """`(?(group)yes|no)`, or a test that looks ahead."""
        close = self.source.find(")", self.at)
        name = self.source[self.at + 3 : close]
        if name.isdigit() and self.engine_number(int(name)):
            self.out.append(f"(?({self.engine_number(int(name))})")
        elif name in self.names and name:
            self.out.append(f"(?({name})")
        elif name.isdigit():
            raise _bad(self.source, close, "Reference to undefined group number.")
        else:
            raise _refused("conditions that are patterns")
        self.at = close + 1

    def _inline(self, found: re.Match[str]) -> None:
        before = self.options
        self.at = found.end()
        if found.group(3) == ":":
            self.levels.append(_Level(before))
        self.options = _changed(before, found)
        case = "(?i:" if self.options & IGNORE_CASE else "(?-i:"
        changed = (self.options ^ before) & IGNORE_CASE
        if found.group(3) == ":":
            self.out.append(case if changed else "(?:")
        elif changed:
            level = self.levels[-1]
            self.out.append((")" if level.wrapped else "") + case)
            level.wrapped = case

    def _close(self) -> None:
        if len(self.levels) == 1:
            raise _bad(self.source, self.at, "Too many )'s.")
        level = self.levels.pop()
        self.options = level.outer
        self.weight = level.weight
        self._put("))" if level.wrapped else ")")

    # ---------------------------------------------------------------- escapes and classes

    def _escape(self) -> None:
        source, at = self.source, self.at
        kind = source[at + 1 : at + 2]
        if not kind:
            raise _bad(source, at + 1, "Illegal \\ at end of pattern.")
        if kind == "k":
            found = re.compile(r"\\k(?:<(\w+)>|'(\w+)')").match(source, at)
            name = (found.group(1) or found.group(2)) if found else ""
            if found is None or (name not in self.names and not name.isdigit()):
                raise _bad(source, at + 2, f"Reference to undefined group name '{name}'.")
            self.at = found.end()
            self.out.append(self._reference(int(name)) if name.isdigit() else f"(?P={name})")
        elif kind in "123456789":
            found = re.compile(r"\\(\d+)", re.ASCII).match(source, at)
            assert found is not None
            number = int(found.group(1))
            if number >= 10 and self.engine_number(number) is None:
                found = re.compile(r"\\([0-7]{1,3})").match(source, at) or found
                self.out.append(f"\\x{int(found.group(1), 8) & 255:02x}")
            else:
                self.out.append(self._reference(number))
            self.at = found.end()
        else:
            piece, self.at = self._character(at, False)
            self.out.append(piece)
        self._quantifier()

    def _reference(self, number: int) -> str:
        engine = self.engine_number(number)
        if not engine:
            raise _bad(self.source, self.at, f"Reference to undefined group number {number}.")
        return f"(?:\\{engine})" if self.names[engine - 1] is None else f"(?P={self.names[engine - 1]})"

    def _character(self, at: int, inside: bool) -> tuple[str, int]:
        """An escape that stands for characters, and where it ends."""
        source = self.source
        kind = source[at + 1 : at + 2]
        if kind.lower() in _SETS and kind:
            held = (_ECMA_SETS if self.options & ECMA else _SETS)[kind.lower()]
            if kind.islower():
                return (held if inside else f"[{held}]"), at + 2
            return (self._outside(kind) if inside else f"[^{held}]"), at + 2
        if kind in "zZ" and not inside:
            return (r"\Z" if kind == "z" else r"(?=\n?\Z)"), at + 2
        if kind == "e":
            return r"\x1b", at + 2
        if kind == "0":
            found = re.compile(r"\\([0-7]{1,3})").match(source, at)
            assert found is not None
            return f"\\x{int(found.group(1), 8) & 255:02x}", found.end()
        if kind in "xu":
            size = 2 if kind == "x" else 4
            digits = source[at + 2 : at + 2 + size]
            if len(digits) < size or any(c not in "0123456789abcdefABCDEF" for c in digits):
                raise _bad(source, at + 2, "Insufficient hexadecimal digits.")
            return f"\\u{int(digits, 16):04x}", at + 2 + size
        if kind == "c":
            return f"\\x{ord(source[at + 2 : at + 3].upper() or '@') & 31:02x}", at + 3
        if kind in "pP":
            found = re.compile(r"\\[pP]\{(\w+(?:-\w+)*)\}").match(source, at)
            if found is None:
                raise _bad(source, at + 2, "Malformed \\p{X} character escape.")
            return found.group().replace("-", ""), found.end()
        if kind.isalnum() and kind not in _ESCAPES:
            raise _bad(source, at + 2, f"Unrecognized escape sequence \\{kind}.")
        return ("\\" + kind if kind.isascii() and kind != "_" else kind), at + 2

    def _outside(self, kind: str) -> str:
        r"""`\\D`, `\\W`, `\\S` within a class."""
        return {"D": r"\P{Nd}", "W": r"\W", "S": r"\S"}[kind]

    def _class(self, at: int, end: int) -> str:
        """A character class; `[a-z-[b]]` becomes a test in front of one."""
        negated = self.source.startswith("[^", at)
        at += 2 if negated else 1
        out: list[str] = []
        taken = ""
        first = True
        while at < end - 1:
            step = self.source[at]
            if step == "\\":
                piece, at = self._character(at, True)
                out.append(piece)
            elif step == "-" and self.source.startswith("-[", at) and not first:
                taken = self._class(at + 1, end - 1)
                at = end - 1
            else:
                out.append("\\" + step if step in "[]&|~^" else step)
                at += 1
            first = False
        held = f"[{'^' if negated else ''}{''.join(out)}]"
        return f"(?:(?!{taken}){held})" if taken else held


def _changed(options: int, found: re.Match[str]) -> int:
    """Options after `(?on-off)`."""
    for letter in found.group(1):
        options |= _INLINE[letter]
    for letter in found.group(2) or "":
        options &= ~_INLINE[letter]
    return options
