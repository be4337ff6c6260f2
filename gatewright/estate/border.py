"""From nodes to declared things, and from pydantic's errors to faults that speak the YAML's keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from gatewright.diagnostics import Diagnostic, nearest
from gatewright.diagnostics.schema import faults as schema_faults
from gatewright.diagnostics.yaml import Node
from gatewright.estate.codes import (
    BAD_NAME,
    BAD_URL,
    BAD_VALUE,
    MISSING_KEY,
    NOT_A_PERIOD,
    NOT_RENDERED,
    UNKNOWN_KEY,
    UNSAFE_TEXT,
    WRONG_UNIT,
)
from gatewright.estate.declared import Declared
from gatewright.estate.merge import plain
from gatewright.estate.quantities import printable, shown

Thing = TypeVar("Thing", bound=Declared)
Path = tuple[str | int, ...]

_CODES = {
    "unit": WRONG_UNIT,
    "name": BAD_NAME,
    "text": UNSAFE_TEXT,
    "url": BAD_URL,
    "period": NOT_A_PERIOD,
    "value": BAD_VALUE,
    "not_rendered": NOT_RENDERED,
}


def declare(
    kind: type[Thing], node: Node, faults: list[Diagnostic], context: Mapping[str, str] | None = None
) -> Thing | None:
    """The thing that a merged node declares, or None after adding why not to `faults`."""
    try:
        return kind.model_validate(plain(node), context=context)
    except ValidationError as refusal:
        for error in refusal.errors(include_url=False, include_input=False):
            faults.extend(_explained(kind, node, error))
        return None


def _explained(kind: type[Declared], node: Node, error: Mapping[str, Any]) -> Iterator[Diagnostic]:
    if error["type"] in ("extra_forbidden", "missing"):
        yield from schema_faults(
            node,
            [error],
            unknown_key=UNKNOWN_KEY,
            missing_key=MISSING_KEY,
            bad_value=BAD_VALUE,
            known=lambda path: known_keys(kind, path),
        )
        return
    path: Path = tuple(error["loc"])
    is_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if is_key else path
    here = node.get(path)
    if error["type"] == "too_short" and here is not None and _size(here) >= int(error["ctx"]["min_length"]):
        return
    message, hint = _wording(error, here)
    name = "" if is_key else next((step for step in reversed(path) if isinstance(step, str)), "")
    place = node.key_at(path) if is_key else node.at(path)
    is_text = here is None or isinstance(here.value, str)
    code = _CODES.get(str(error["type"]), BAD_VALUE)
    code = BAD_VALUE if code is UNSAFE_TEXT and not is_text else code
    yield code.at(place, f"{printable(name)} {message}".strip(), hint=hint)


def _size(node: Node) -> int:
    return len(node.value) if isinstance(node.value, tuple | Mapping) else 0


_KINDS = {
    "string_type": ("is not a text", "quote it"),
    "int_type": ("is not a whole number", "write it without quotes, unit or decimals"),
    "bool_type": ("is neither true nor false", "write true or false"),
    "tuple_type": ("is not a list", "write a list: [ … ]"),
    "dict_type": ("is not a mapping", "write key: value pairs"),
    "model_type": ("is not a mapping", "write key: value pairs"),
    "model_attributes_type": ("is not a mapping", "write key: value pairs"),
}
_BOUNDS = {
    "greater_than_equal": ("is too small", "at least {ge}"),
    "less_than_equal": ("is too large", "at most {le}"),
    "string_too_long": ("is too long", "at most {max_length} characters"),
    "string_too_short": ("is too short", "at least {min_length} characters"),
    "too_long": ("has {actual_length} entries", "at most {max_length}"),
    "too_short": ("has {actual_length} entries", "at least {min_length}"),
}


def _wording(error: Mapping[str, Any], node: Node | None) -> tuple[str, str | None]:
    kind, context = str(error["type"]), error.get("ctx") or {}
    value = shown(plain(node)) if node is not None else "nothing"
    if kind in _CODES:
        return str(context["message"]), context["hint"]
    if kind in _KINDS:
        if node is not None and isinstance(node.value, tuple | Mapping):
            return f"is {value}, {_KINDS[kind][0].removeprefix('is ')}", _KINDS[kind][1]
        return f"{value} {_KINDS[kind][0]}", _KINDS[kind][1]
    if kind in _BOUNDS:
        message, hint = (text.format(**context) for text in _BOUNDS[kind])
        return (message if "entries" in message else f"{value} {message}"), hint
    if kind == "literal_error":
        names = [name.strip("' ") for name in str(context["expected"]).replace(" or ", ", ").split(",")]
        close = nearest(str(plain(node)), names) if node is not None else None
        return f"{value} is not known", f"did you mean {close}?" if close else f"one of {', '.join(names)}"
    return f"{value}: {error['msg']}", None


def known_keys(kind: type[Declared], path: Sequence[str | int]) -> list[str]:
    """The keys that may stand in the mapping at a path below a thing of a kind."""
    found: object = kind
    for step in path:
        found = _below(found, step)
    model = _model(found)
    if model is None:
        return []
    more = model.more_keys if issubclass(model, Declared) else ()
    return sorted([*more, *(field.alias or name for name, field in model.model_fields.items())])


def _below(annotation: object, step: str | int) -> object:
    model = _model(annotation)
    if model is not None:
        found = (f.annotation for n, f in model.model_fields.items() if (f.alias or n) == step)
        return next(found, None)
    for part in _parts(annotation):
        origin, arguments = get_origin(part), get_args(part)
        if origin is dict and isinstance(step, str):
            return arguments[1]
        if origin is tuple and isinstance(step, int):
            return arguments[0]
    return None


def _model(annotation: object) -> type[BaseModel] | None:
    return next((p for p in _parts(annotation) if isinstance(p, type) and issubclass(p, BaseModel)), None)


def _parts(annotation: object) -> tuple[object, ...]:
    """A type and, where it is a union or annotated, the types it is made of."""
    if get_origin(annotation) in (dict, tuple):
        return (annotation,)
    return (annotation, *(part for item in get_args(annotation) for part in _parts(item)))
