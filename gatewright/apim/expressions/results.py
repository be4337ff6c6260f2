"""What callers make of a value: text, bool, int, its type's name, and the comparison cases' result format."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.context import Context, Response, Url
from gatewright.apim.expressions.faults import NetError, PolicyException
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.limits import DEFAULT, Limits
from gatewright.apim.expressions.program import Program, compile
from gatewright.apim.expressions.text import text_of
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.utf16 import from_units
from gatewright.apim.expressions.values import (
    Anon,
    EnumValue,
    NetArray,
    Pair,
    Value,
    box,
    member_names,
    runtime_type,
)
from gatewright.apim.expressions.xml_nodes import XObject
from gatewright.diagnostics import Rejected

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def to_text(value: Value) -> str:
    """What an attribute or body receives: the value converted to text, invariant culture; null is empty."""
    return from_units(text_of(value))


def to_bool(value: Value) -> bool:
    """The value as a condition.

    Raises:
        PolicyException: InvalidCastException or FormatException when it is neither a bool nor a text of one.
    """
    if type(value) is bool:
        return value
    return bool(_converted(value, t.BOOL))


def to_int(value: Value) -> int:
    """The value as an `int`.

    Raises:
        PolicyException: InvalidCastException, FormatException or OverflowException when it is none.
    """
    return int(_converted(value, t.INT))


def _converted(value: Value, ty: Ty) -> Value:
    from gatewright.apim.expressions.library.convert import to_type

    inner = value.value if isinstance(value, j.JValue) else value
    try:
        if inner is None:
            raise NetError("NullReferenceException", "Object reference not set to an instance of an object.")
        return to_type(inner, ty)
    except NetError as fault:
        raise PolicyException(fault.kind, fault.message) from fault


_KNOWN = frozenset(
    "List Dictionary HashSet KeyValuePair Tuple ValueTuple Queue Stack SortedDictionary JEnumerable "
    "IGrouping".split()
)


def type_name(value: Value) -> str:
    """The .NET type: a C# keyword, or the class name without namespace; `null`; `anonymous`."""
    return "null" if value is None else _type_name(runtime_type(value))


def _type_name(ty: Ty) -> str:
    if ty.name.startswith("["):
        return _type_name(ty.args[0]) + "[]"
    if ty.name.startswith("anonymous"):
        return "anonymous"
    if ty.name == "?":
        return "Nullable`1"
    if ty.args and ty.name not in ("KeyCollection", "ValueCollection"):
        args = ",".join(_type_name(a) for a in ty.args)
        if ty.name in _KNOWN or ty.name == "IEnumerable":
            return f"{ty.name}<{args}>"
        if ty.name == "IOrderedEnumerable":
            return f"IEnumerable<{args}>"
        return f"{ty.name}`{len(ty.args)}"
    return _CLASS_NAMES.get(ty.name, ty.name)


_CLASS_NAMES = {
    "UTF8Encoding": "UTF8EncodingSealed",
    "SHA256": "Implementation",
    "SHA1": "Implementation",
    "SHA384": "Implementation",
    "SHA512": "Implementation",
    "MD5": "Implementation",
}


# --------------------------------------------------------------------------- comparison cases


def canonical(value: Value, depth: int = 0) -> Json:
    """A value as canonical JSON, as the comparison format says."""
    if depth > 20:
        return "..."
    if value is None or type(value) is bool:
        return value
    if isinstance(value, str):
        return from_units(value)
    if isinstance(value, float):
        return text_of(float(value)) if value != value or math.isinf(value) else float(value) or 0.0
    if isinstance(value, Decimal):
        return float(value if value else abs(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, EnumValue):
        return value.text
    if isinstance(value, j.JProperty):
        return {from_units(value.name): canonical(value.value, depth + 1)}
    if isinstance(value, j.JToken):
        return _json(value)
    if isinstance(value, NetArray) and value.ty.args[0] is t.BYTE:
        return base64.b64encode(bytes(value.items)).decode()
    return _object(value, depth)


def _json(token: j.JToken) -> Json:
    if isinstance(token, j.JObject):
        return {from_units(n): _json(p.value) for n, p in token.props.items()}
    if isinstance(token, j.JArray):
        return [_json(x) for x in token.items]
    if isinstance(token, j.JProperty):
        return {from_units(token.name): _json(token.value)}
    assert isinstance(token, j.JValue)
    own = getattr(token.value, "json_text", None)
    if own is not None:
        text: str = own()
        return text
    return canonical(token.value)


def _object(value: Value, depth: int) -> Json:
    if isinstance(value, XObject):
        return from_units(value.net_text())
    own = getattr(value, "net_format", None)
    if own is not None:
        ty = runtime_type(value).name
        return str(own({"DateTime": "o", "DateTimeOffset": "o", "TimeSpan": "c", "Guid": "D"}.get(ty, "")))
    if isinstance(value, NetDict):
        wrap = box(value.pair.args[1]) or _same
        return {from_units(text_of(k)): canonical(wrap(v), depth + 1) for k, v in value.data.values()}
    if isinstance(value, Pair):
        key, item = (
            (box(ty) or _same)(x) for ty, x in zip(value.ty.args, (value.key, value.value), strict=True)
        )
        return {"Key": canonical(key, depth + 1), "Value": canonical(item, depth + 1)}
    if isinstance(value, Anon):
        items = [(box(ty) or _same)(x) for ty, x in zip(value.ty.args, value.values, strict=True)]
        if value.ty.name in ("Tuple", "ValueTuple"):
            return [canonical(x, depth + 1) for x in items]
        names = member_names(value.ty)
        return {n: canonical(x, depth + 1) for n, x in zip(names, items, strict=True)}
    if isinstance(value, Response):
        return {"StatusCode": value.status_code, "StatusReason": value.status_reason}
    if hasattr(value, "__iter__"):
        args = runtime_type(value).args
        wrap = (box(args[-1]) if args else None) or _same
        return [canonical(wrap(x), depth + 1) for _, x in zip(range(10000), value, strict=False)]
    return from_units(text_of(value))


def _same(value: Value) -> Value:
    return value


def _has_text(value: Value) -> bool:
    if isinstance(value, (bool, int, float, Decimal, EnumValue, j.JToken, Url, XObject)):
        return True
    if type(value) is not str and isinstance(value, str):
        return True
    return runtime_type(value).name in ("DateTime", "DateTimeOffset", "TimeSpan", "Guid", "Uri")


_NAMED = re.compile(r"\{\{([A-Za-z0-9_.\-]+)\}\}")


def eval_cases(
    cases: Iterable[Mapping[str, Any]], *, strict: bool = False, limits: Limits = DEFAULT
) -> list[dict[str, Any]]:
    """Evaluates comparison cases: `{id, expression, context}` to `{id, ok, type, value, text, error}`.

    Args:
        cases: as the comparison format states them; other keys are ignored.
        strict: keep the allow-list of API Management.
        limits: the budget of each case.
    """
    programs: dict[str, Program | Rejected] = {}
    return [_case(case, programs, strict, limits) for case in cases]


def _case(
    case: Mapping[str, Any], programs: dict[str, Program | Rejected], strict: bool, limits: Limits
) -> dict[str, Any]:
    given = case.get("context") or {}
    named = given.get("named_values") or {}
    source = _NAMED.sub(lambda m: str(named.get(m.group(1), m.group())), str(case["expression"]))
    if source not in programs:
        try:
            programs[source] = compile(source, strict=strict)
        except Rejected as fault:
            programs[source] = fault
    program = programs[source]
    if isinstance(program, Rejected):
        return _failed(case, "compile", program.diagnostics[0].code, program.diagnostics[0].message)
    try:
        context = Context.from_case(given)
    except (ValueError, KeyError, TypeError, NetError) as fault:
        return _failed(case, "context", type(fault).__name__, str(fault))
    return _run(case, program, context, limits)


def _run(case: Mapping[str, Any], program: Program, context: Context, limits: Limits) -> dict[str, Any]:
    try:
        value = program.run(context, limits=limits)
        shown = _canonical(value)
    except PolicyException as fault:
        return _failed(case, "runtime", fault.dotnet_type, from_units(fault.message))
    result: dict[str, Any] = {"id": case["id"], "ok": True, "type": type_name(value), "value": shown}
    if value is not None and type(value) is not str and _has_text(value):
        result["text"] = to_text(value)
    if context.traces:
        result["traces"] = list(context.traces)
    return result


def _canonical(value: Value) -> Json:
    try:
        return canonical(value)
    except NetError as fault:
        raise PolicyException(fault.kind, fault.message) from fault


def _failed(case: Mapping[str, Any], stage: str, kind: str, message: str) -> dict[str, Any]:
    return {"id": case["id"], "ok": False, "error": {"stage": stage, "type": kind, "message": message}}
