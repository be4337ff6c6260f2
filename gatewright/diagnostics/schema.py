"""Faults of a schema check, told at the place and in the words of the YAML.

Works on the plain error mappings that pydantic's `ValidationError.errors()` gives, without knowing pydantic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gatewright.diagnostics.model import Code, Diagnostic, nearest
from gatewright.diagnostics.yaml import Node

KnownKeys = Callable[[Sequence[str | int]], Iterable[str]]


def faults(
    node: Node,
    errors: Iterable[Mapping[str, Any]],
    *,
    unknown_key: Code,
    missing_key: Code,
    bad_value: Code,
    known: KnownKeys,
) -> Iterator[Diagnostic]:
    """One diagnostic for each error of a schema check.

    Args:
        node: the document that was checked.
        errors: mappings with `type`, `loc` (path of keys and indexes) and `msg`.
        unknown_key: the code for a key that the schema does not have.
        missing_key: the code for a key that is required and absent.
        bad_value: the code for everything else.
        known: which keys the schema knows in the mapping at a path.
    """
    for error in errors:
        path: tuple[str | int, ...] = tuple(error["loc"])
        kind = str(error["type"])
        if kind == "extra_forbidden":
            yield _unknown(node, path, unknown_key, known(path[:-1]))
        elif kind == "missing":
            name = str(path[-1]) if path else "?"
            message = f'"{name}" is missing here'
            yield missing_key.at(node.at(path[:-1]), message, hint=f"add {name}:")
        else:
            yield bad_value.at(node.at(_existing(node, path)), _message(path, error))


def _existing(node: Node, path: Sequence[str | int]) -> tuple[str | int, ...]:
    kept: list[str | int] = []
    for step in path:
        if node.get((*kept, step)) is not None:
            kept.append(step)
    return tuple(kept)


def _unknown(node: Node, path: Sequence[str | int], code: Code, known: Iterable[str]) -> Diagnostic:
    name = str(path[-1])
    names = sorted(known)
    close = nearest(name, names)
    hint = f"did you mean {close}?" if close else f"known here: {', '.join(names)}"
    return code.at(node.key_at(path), f'"{_printable(name)}" is not a known key', hint=hint)


def _printable(name: str) -> str:
    """A key that somebody wrote, without anything that would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in name)


def _message(path: Sequence[str | int], error: Mapping[str, Any]) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    text = text[:1].lower() + text[1:]
    return f"{name}: {text}" if name else text
