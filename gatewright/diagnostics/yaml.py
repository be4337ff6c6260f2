"""Strict YAML with a place for every value.

Read with PyYAML's C parser into nodes of our own. Stricter than YAML 1.1 asks: duplicate keys are
faults, only `true` and `false` are booleans (never `no`, `on`, `yes`), `1:30` stays a text, dates stay
texts, tags and merge keys are refused, and aliases may not grow a file beyond a bound.

Source: YAML 1.2.2, chapter 10.3 "Core Schema", https://yaml.org/spec/1.2.2/ (2021-10-01).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml
from yaml.nodes import MappingNode, ScalarNode

from gatewright.diagnostics.model import Code, Diagnostic, Rejected, Severity, Span

Scalar = str | int | float | bool | None
Plain = Scalar | list["Plain"] | dict[str, "Plain"]
Path = Sequence[str | int]

MAX_BYTES = 4 * 1024 * 1024
MAX_NODES = 200_000
MAX_DEPTH = 64

NOT_TEXT = Code("CFG100", "not-text", Severity.ERROR, "The file is not UTF-8 text.", unreadable=True)
BROKEN_YAML = Code("CFG101", "broken-yaml", Severity.ERROR, "The file is not YAML.", unreadable=True)
DUPLICATE_KEY = Code("CFG102", "duplicate-key", Severity.ERROR, "A key stands twice in one mapping.")
STRICT_YAML = Code(
    "CFG103", "yaml-not-allowed", Severity.ERROR, "A YAML feature that configuration may not use."
)
NO_FILE = Code(
    "CFG104", "no-such-file", Severity.ERROR, "A file that is needed cannot be read.", unreadable=True
)

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z")
_STANDARD = ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
_RESOLVED = frozenset(f"tag:yaml.org,2002:{name}" for name in _STANDARD)
_NULL = frozenset({"", "~", "null"})
_BOOL = {"true": True, "false": False}
_WORDS = frozenset({"null", "true", "false"})
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value with its place.

    Attributes:
        value: a scalar, a tuple of nodes, or a mapping of key to node.
        span: where the value stands.
        keys: for a mapping, where each key stands.
    """

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    span: Span
    keys: Mapping[str, Span] = field(default_factory=dict)

    def plain(self) -> Plain:
        """The value without places: scalars, lists and dicts."""
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        if isinstance(self.value, Mapping):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value

    def get(self, path: Path) -> Node | None:
        """The node at a path of keys and indexes, or None."""
        node: Node = self
        for step in path:
            child: Node | None = None
            value = node.value
            if isinstance(step, str):
                child = value.get(step) if isinstance(value, dict) else None
            elif isinstance(value, tuple) and 0 <= step < len(value):
                child = value[step]
            if child is None:
                return None
            node = child
        return node

    def at(self, path: Path) -> Span:
        """Where the value at a path stands; the nearest enclosing value where the path ends early."""
        for length in range(len(path), -1, -1):
            node = self.get(path[:length])
            if node is not None:
                return node.span
        return self.span

    def key_at(self, path: Path) -> Span:
        """Where the key at the end of a path stands; as `at` where it is no key."""
        if path and isinstance(path[-1], str):
            parent = self.get(path[:-1])
            if parent is not None and path[-1] in parent.keys:
                return parent.keys[path[-1]]
        return self.at(path)


def compose(text: str, file: str) -> Node:
    """A YAML text as one node; an empty text is null.

    Args:
        text: the document, at most 4 MiB, one document per file.
        file: how the file is called in diagnostics.

    Raises:
        Rejected: CFG101 broken YAML, CFG102 duplicate keys, CFG103 anchors that explode, tags, merge keys.
    """
    if len(text) > MAX_BYTES:
        raise Rejected([STRICT_YAML.at(Span(file), f"the file is larger than {MAX_BYTES} bytes")])
    try:
        root = yaml.compose(text, Loader=_FastLoader)
    except yaml.MarkedYAMLError as fault:
        raise Rejected([_broken(fault, file)]) from fault
    except yaml.YAMLError as fault:
        raise Rejected([_unreadable(fault, text, file)]) from fault
    except RecursionError as fault:
        raise Rejected([STRICT_YAML.at(Span(file), f"the nesting is deeper than {MAX_DEPTH}")]) from fault
    if root is None:
        return Node(None, Span(file, 1, 1, 1, 1))
    builder = _Builder(file)
    node = builder.build(root, 0)
    if builder.faults:
        raise Rejected(builder.faults)
    return node


def decode(data: bytes, file: str) -> str:
    """Bytes of a file as text.

    Raises:
        Rejected: CFG100 when they are not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        place = Span(file, line, column, line, column + 1)
        hint = "save the file as UTF-8"
        raise Rejected(
            [NOT_TEXT.at(place, f"byte 0x{data[fault.start]:02x} is not UTF-8", hint=hint)]
        ) from fault


class _Plain:
    """Leaves every scalar unresolved, so that a tag that remains is one that somebody wrote."""

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        return ""

    def descend_resolver(self, node: object, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class _FastLoader(_Plain, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the base is known at run time only
    """PyYAML's C parser where it was built, its Python one elsewhere; no tags are guessed."""


def _broken(fault: yaml.MarkedYAMLError, file: str) -> Diagnostic:
    mark = fault.problem_mark or fault.context_mark
    place = Span(file, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2) if mark else Span(file)
    about = " ".join(part for part in (fault.context, fault.problem) if part)
    hint = "indent with spaces, and quote texts that hold ': ', '#', '{' or begin with '@', '*', '&', '%'"
    return BROKEN_YAML.at(place, about or "this is not YAML", hint=hint)


def _unreadable(fault: yaml.YAMLError, text: str, file: str) -> Diagnostic:
    position = getattr(fault, "position", None)
    if not isinstance(position, int):
        return BROKEN_YAML.at(Span(file), str(fault))
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    place = Span(file, line, column, line, column + 1)
    return BROKEN_YAML.at(place, "a control character stands here", hint="remove it")


class _Builder:
    """Turns PyYAML's nodes into ours and collects faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Diagnostic] = []
        self.count = 0
        self.open: set[int] = set()

    def build(self, node: yaml.Node, depth: int) -> Node:
        self.count += 1
        span = self.span(node)
        if type(node) is ScalarNode and self.count <= MAX_NODES:
            return Node(self.scalar(node, span), span)
        if self.count > MAX_NODES or depth > MAX_DEPTH or id(node) in self.open:
            if not any(fault.kind is STRICT_YAML for fault in self.faults):
                message = "aliases make this file grow beyond bounds, or it is nested too deeply"
                self.faults.append(STRICT_YAML.at(span, message, hint="write the values out"))
            return Node(None, span)
        self.open.add(id(node))
        try:
            return self.collection(node, span, depth)
        finally:
            self.open.discard(id(node))

    def collection(self, node: yaml.Node, span: Span, depth: int) -> Node:
        if node.tag:
            self.refuse_tag(node, span)
        if isinstance(node, MappingNode):
            return self.mapping(node, span, depth)
        return Node(tuple([self.build(item, depth + 1) for item in node.value]), span)

    def mapping(self, node: MappingNode, span: Span, depth: int) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        for key_node, value_node in node.value:
            place = self.span(key_node)
            if not isinstance(key_node, ScalarNode):
                self.faults.append(STRICT_YAML.at(place, "a key must be a plain text"))
                continue
            key = str(key_node.value)
            if key == "<<" and not key_node.style:
                hint = "write the values out; Gatewright merges plans and environments for you"
                self.faults.append(STRICT_YAML.at(place, "merge keys are not allowed", hint=hint))
                continue
            if key in keys:
                message = f'"{key}" stands here again; it is already set in line {keys[key].line}'
                self.faults.append(DUPLICATE_KEY.at(place, message, hint="keep one of the two"))
                continue
            keys[key] = place
            values[key] = self.build(value_node, depth + 1)
        return Node(values, span, keys)

    def scalar(self, node: ScalarNode, span: Span) -> Scalar:
        text: str = node.value
        if node.tag:
            self.refuse_tag(node, span)
        if node.style or (text[:1] in _LETTERS and text not in _WORDS):
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _INT.match(text) and len(text) < 20:
            return int(text)
        if _FLOAT.match(text) and len(text) < 40:
            return float(text)
        return text

    def refuse_tag(self, node: yaml.Node, span: Span) -> None:
        self.faults.append(STRICT_YAML.at(span, f"the tag {node.tag} is not allowed", hint="remove the tag"))

    def span(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def walk(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Every node below a node with its path, parents first."""
    yield path, node
    if isinstance(node.value, tuple):
        for index, item in enumerate(node.value):
            yield from walk(item, (*path, index))
    elif isinstance(node.value, Mapping):
        for key, item in node.value.items():
            yield from walk(item, (*path, key))


class _Writer(yaml.SafeDumper):
    """Quotes what `compose` takes for a number and YAML 1.1, which PyYAML writes, for a text: `1e5`."""


_ODD = frozenset("\x85\u2028\u2029\ufeff")  # PyYAML writes them as they are, and reads them as line ends
_Writer.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("+-.0123456789"))


def dump(value: object) -> str:
    """YAML that `compose` reads as this value again: scalars, lists and mappings, keys in their order."""
    text = _dumped(value, allow_unicode=True)
    return text if _ODD.isdisjoint(text) else _dumped(value, allow_unicode=False)


def _dumped(value: object, *, allow_unicode: bool) -> str:
    text: str = yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=allow_unicode, width=100)
    return text
