"""The parser of a thread, and what every converter of syntax nodes needs."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from typing import NoReturn

import tree_sitter
import tree_sitter_c_sharp

from gatewright.apim.expressions import codes
from gatewright.apim.expressions.extract import Extract
from gatewright.apim.expressions.parse.words import masked, with_indexed_calls
from gatewright.diagnostics import Code, Rejected

Syntax = tree_sitter.Node
_LOCAL = threading.local()
_MOST_NODES = 12_000
_HEAD = "void M(){"
_SHORT = 2_000
_CHUNK = 4_096
_MOST_SECONDS = 0.4
_EMPTY = re.compile(rb'\$""(?!")')


def _parser() -> tree_sitter.Parser:
    """A parser of this thread: parsers may not be shared by threads."""
    parser: tree_sitter.Parser | None = getattr(_LOCAL, "parser", None)
    if parser is None:
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c_sharp.language()))
        _LOCAL.parser = parser
    return parser


@dataclass(frozen=True, slots=True)
class Reader:
    """One text being read.

    Attributes:
        text: the expression it belongs to.
        data: UTF-8 of what the parser saw.
        shift: what to add to a byte offset (ASCII) or character offset to get an offset in the expression.
        places: character offset of each byte, or None where the text is ASCII.
    """

    text: Extract
    data: bytes = b""
    shift: int = 0
    places: tuple[int, ...] | None = None

    def statements_of(
        self, code: str, shift: int, before: str = "", behind: str = ""
    ) -> tuple[Reader, Syntax]:
        """Parses statements; the reader for their nodes, and the block that holds them.

        Raises:
            Rejected: EXP301 when the text is not C#, or closes a bracket that it did not open.
        """
        head = _HEAD + before
        whole = head + code + behind + "\n}"
        data = whole.encode("utf-8", "replace")
        places = None if whole.isascii() else _places(whole)
        reader = Reader(self.text, data, shift - len(head), places)
        try:
            root = _parsed(data)
        except _TooSlow as fault:
            message = "the expression takes too long to read"
            raise Rejected([self.text.fault(codes.TOO_COMPLEX, shift, shift + len(code), message)]) from fault
        if root.has_error:
            reader.syntax_error(root)
        if root.descendant_count > _MOST_NODES:
            message = "the expression is too long"
            raise Rejected([self.text.fault(codes.TOO_COMPLEX, shift, shift + len(code), message)])
        body = _only_body(root)
        if body is None or body.end_byte != len(data):
            message = "the brackets of the expression do not match"
            raise Rejected([self.text.fault(codes.SYNTAX, shift, shift + len(code), message)])
        return reader, body

    def at(self, node: Syntax) -> int:
        """Offset of the node's first character in the expression."""
        return self._place(node.start_byte)

    def end(self, node: Syntax) -> int:
        """Offset behind the node's last character."""
        return self._place(node.end_byte)

    def _place(self, byte: int) -> int:
        return (self.places[byte] if self.places else byte) + self.shift

    def source(self, node: Syntax) -> str:
        """The text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def need(self, node: Syntax, name: str) -> Syntax:
        """A field that the grammar promises.

        Raises:
            Rejected: EXP301 when the parser left it out while it mended the text.
        """
        child = node.child_by_field_name(name)
        if child is None:
            self.fail(codes.SYNTAX, node, "something is missing here")
        return child

    def kids(self, node: Syntax) -> list[Syntax]:
        """Named children without comments."""
        return [child for child in node.named_children if child.type != "comment"]

    def fail(self, code: Code, node: Syntax, message: str, hint: str | None = None) -> NoReturn:
        """Rejects the text at a node."""
        start = max(0, self.at(node))
        raise Rejected([self.text.fault(code, start, self.end(node), message, hint)])

    def refuse(self, node: Syntax, construct: str) -> NoReturn:
        """EXP302 at a node, naming the construct."""
        self.fail(codes.NOT_SUPPORTED, node, f"{construct} is not supported in policy expressions here")

    def syntax_error(self, root: Syntax) -> NoReturn:
        """EXP301 at the first error or missing token below a node."""
        node = root
        while True:
            if node.is_missing:
                token = node.type if not node.is_named else node.type.replace("_", " ")
                self.fail(codes.SYNTAX, node, f'"{token}" is missing here')
            bad = next((c for c in node.children if c.has_error or c.is_missing or c.is_error), None)
            if bad is None:
                break
            node = bad
            if node.is_error and not any(c.has_error or c.is_missing for c in node.children):
                break
        shown = self.source(node).strip()[:40]
        hint = "single quotes hold one character; write texts in double quotes" if "'" in shown else None
        self.fail(codes.SYNTAX, node, f"this is not C#: {shown}" if shown else "this is not C#", hint)


class _TooSlow(Exception):
    """The parser was stopped."""


def _parsed(data: bytes) -> Syntax:
    """The tree of a text; what the grammar does not know is put to it in other words of the same length."""
    data = masked(data)
    root = _root(data)
    if not root.has_error:
        return root
    others = with_indexed_calls(_EMPTY.sub(b' ""', data))
    return root if others == data else _root(others)


def _root(data: bytes) -> Syntax:
    """The tree of bytes; for long rows of type tests the grammar's time grows with the square of the length.

    Raises:
        _TooSlow: when it takes more than 0.4 s of processor time.
    """
    parser = _parser()
    if len(data) < _SHORT:
        return parser.parse(data).root_node
    end = time.thread_time() + _MOST_SECONDS
    try:
        return parser.parse(
            lambda at, _: data[at : at + _CHUNK], progress_callback=lambda at, bad: time.thread_time() > end
        ).root_node
    except ValueError as fault:
        parser.reset()
        raise _TooSlow from fault


def _places(text: str) -> tuple[int, ...]:
    out: list[int] = []
    for index, char in enumerate(text):
        out.extend([index] * len(char.encode("utf-8", "replace")))
    out.append(len(text))
    return tuple(out)


def _only_body(root: Syntax) -> Syntax | None:
    """The block of `void M(){...}` when nothing stands beside it."""
    tops = [child for child in root.named_children if child.type != "comment"]
    if len(tops) != 1 or tops[0].type != "global_statement":
        return None
    function = tops[0].named_children[0]
    if function.type != "local_function_statement":
        return None
    return function.child_by_field_name("body")
