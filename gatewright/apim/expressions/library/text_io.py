"""System.IO.StringReader and StringWriter.

Source: https://learn.microsoft.com/dotnet/api/system.io.stringreader, system.io.stringwriter (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.library import strings
from gatewright.apim.expressions.library.builders import Builder
from gatewright.apim.expressions.library.encoding import Encoding
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.objects import CULTURE
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.text import text_of
from gatewright.apim.expressions.values import BOXES, NetArray, Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.io."


class Reader:
    """A StringReader: its text, and the place that was reached; the text is None once it was closed."""

    __slots__ = ("at", "text")
    ty = t.make("StringReader")

    def __init__(self, text: str) -> None:
        self.text: str | None = text
        self.at = 0

    def rest(self) -> str:
        """What was not read yet.

        Raises:
            NetError: ObjectDisposedException.
        """
        if self.text is None:
            raise NetError("ObjectDisposedException", "Cannot read from a closed TextReader.")
        return self.text[self.at :]

    def take(self, count: int) -> str:
        """The next characters."""
        found = self.rest()[:count]
        self.at += len(found)
        return found

    def line(self) -> str | None:
        """`ReadLine`: without the end of the line; None behind the last one."""
        rest = self.rest()
        if not rest:
            return None
        ends = [i for mark in "\r\n" if (i := rest.find(mark)) >= 0]
        if not ends:
            return self.take(len(rest))
        end = min(ends)
        self.at += end + (2 if rest.startswith("\r\n", end) else 1)
        return rest[:end]


def _read(r: Reader) -> int:
    found = r.take(1)
    return ord(found) if found else -1


def _peek(r: Reader) -> int:
    rest = r.rest()
    return ord(rest[0]) if rest else -1


def _into(r: Reader, buffer: NetArray, index: int, count: int) -> int:
    if index < 0 or count < 0:
        raise out_of_range("index" if index < 0 else "count", "Non-negative number required.")
    if index + count > len(buffer.items):
        raise argument("Offset and length were out of bounds for the array.")
    found = r.take(count)
    buffer.items[index : index + len(found)] = found
    return len(found)


def _close(r: Reader) -> None:
    r.text = None


class Writer:
    """A StringWriter: what was written, and whether it was closed."""

    __slots__ = ("closed", "line_end", "target")
    ty = t.make("StringWriter")

    def __init__(self, target: Builder | None = None) -> None:
        self.target = target or Builder()
        self.closed = False
        self.line_end = "\n"

    def net_text(self) -> str:
        """What was written so far."""
        return self.target.net_text()

    def write(self, text: str) -> None:
        """`Write`.

        Raises:
            NetError: ObjectDisposedException.
        """
        if self.closed:
            raise NetError("ObjectDisposedException", "Cannot write to a closed TextWriter.")
        self.target.append(text)


def _shut(w: Writer) -> None:
    w.closed = True


def _writes() -> Iterator[Entry]:
    """`Write` and `WriteLine` of each type that has a form of its own."""
    for ty in (t.CHAR, t.INT, t.UINT, t.LONG, t.ULONG, t.FLOAT, t.DOUBLE, t.DECIMAL, t.BOOL):
        wrap: Callable[[Value], Value] = BOXES.get(ty, lambda v: v)
        yield from _both(ty.name, _shown(wrap))
    yield from _both("string?", lambda s: s or "")
    yield from _both("object?", text_of)
    yield from _both("char[]?", lambda a: "" if a is None else "".join(a.items))


def _shown(wrap: Callable[[Value], Value]) -> Callable[[Value], str]:
    return lambda value: text_of(wrap(value))


def _both(kind: str, show: Callable[[Value], str]) -> Iterator[Entry]:
    yield member(f"void Write({kind} value)", lambda w, v: w.write(show(v)))
    yield member(f"void WriteLine({kind} value)", lambda w, v: w.write(show(v) + w.line_end))


def _formats() -> Iterator[Entry]:
    for name, line in (("Write", False), ("WriteLine", True)):
        for args, packed in (
            ("params object[] arg", True),
            ("object? a", False),
            ("object? a, object? b", False),
            ("object? a, object? b, object? c", False),
        ):

            def run(w: Writer, form: str, *v: Value, line: bool = line, packed: bool = packed) -> None:
                w.write(strings.formatted(form, v[0] if packed else list(v)) + (w.line_end if line else ""))

            yield member(f"void {name}(string format, {args})", run)


def _set_line_end(w: Writer, value: str | None) -> None:
    w.line_end = "\n" if value is None else value


def _part(w: Writer, buffer: NetArray, index: int, count: int) -> None:
    if index < 0 or count < 0 or index + count > len(buffer.items):
        raise argument("Offset and length were out of bounds for the array.")
    w.write("".join(buffer.items[index : index + count]))


TYPES = (
    TypeEntry(
        "TextReader",
        "System.IO",
        _DOCS + "textreader",
        (
            member("int Peek()", _peek),
            member("int Read()", _read),
            member("int Read(char[] buffer, int index, int count)", _into),
            member("int ReadBlock(char[] buffer, int index, int count)", _into),
            member("string ReadLine()", Reader.line),
            member("string ReadToEnd()", lambda r: r.take(len(r.rest()))),
            member("void Close()", _close),
            member("void Dispose()", _close),
        ),
        bases=("IDisposable",),
        allowed=False,
    ),
    TypeEntry(
        "StringReader",
        "System.IO",
        _DOCS + "stringreader",
        (member("new(string s)", Reader),),
        bases=("TextReader",),
    ),
    TypeEntry(
        "TextWriter",
        "System.IO",
        _DOCS + "textwriter",
        (
            member("void WriteLine()", lambda w: w.write(w.line_end)),
            *_writes(),
            *_formats(),
            member("void Write(char[] buffer, int index, int count)", _part),
            member("string NewLine", lambda w: w.line_end, _set_line_end),
            member("Encoding Encoding", lambda w: Encoding("utf-16")),
            member("IFormatProvider FormatProvider", lambda w: CULTURE),
            member("void Flush()", lambda w: None),
            member("void Close()", _shut),
            member("void Dispose()", _shut),
        ),
        bases=("IDisposable",),
        allowed=False,
    ),
    TypeEntry(
        "StringWriter",
        "System.IO",
        _DOCS + "stringwriter",
        (
            member("new()", Writer),
            member("new(IFormatProvider? formatProvider)", lambda p: Writer()),
            member("new(StringBuilder sb)", Writer),
            member("new(StringBuilder sb, IFormatProvider? formatProvider)", lambda b, p: Writer(b)),
            member("StringBuilder GetStringBuilder()", lambda w: w.target),
            member("string ToString()", Writer.net_text),
        ),
        bases=("TextWriter",),
    ),
)
