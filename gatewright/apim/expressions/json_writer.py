r"""JSON trees as text, as Newtonsoft writes them.

Source: Newtonsoft.Json 13.0, `JToken.ToString(Formatting)`; new lines are `\n`, as on Linux.
"""

from __future__ import annotations

import base64
import re
from decimal import Decimal

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions.format_numbers import double_text, single_text
from gatewright.apim.expressions.values import Single, Value

_ESCAPED = re.compile('[\x00-\x1f"\\\\\x85\u2028\u2029]')
_NAMES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def quote(text: str) -> str:
    """A JSON string."""
    if _ESCAPED.search(text) is None:
        return f'"{text}"'
    return '"' + _ESCAPED.sub(lambda m: _NAMES.get(m.group(), f"\\u{ord(m.group()):04x}"), text) + '"'


def write(token: j.JToken, indented: bool) -> str:
    """A tree as JSON text."""
    out: list[str] = []
    _write(token, "\n" if indented else "", out)
    return "".join(out)


def _write(token: j.JToken, line: str, out: list[str]) -> None:
    inner = line + "  " if line else ""
    if isinstance(token, j.JObject):
        if not token.props:
            out.append("{}")
            return
        out.append("{")
        first = True
        for name, prop in token.props.items():
            if isinstance(prop, j.JComment):
                out.append(value_text(prop.text, j.COMMENT))
                continue
            if not first:
                out.append(",")
            out.append(inner)
            out.append(quote(name) + (": " if line else ":"))
            _write(prop.value, inner, out)
            first = False
        out.append(line + "}")
    elif isinstance(token, j.JItems):
        left, right = (f"new {token.name}(", ")") if isinstance(token, j.JConstructor) else ("[", "]")
        if not token.items and right == "]":
            out.append("[]")
            return
        out.append(left)
        for number, item in enumerate(token.items):
            if number:
                out.append(",")
            out.append(inner)
            _write(item, inner, out)
        out.append(line + right)
    elif isinstance(token, j.JProperty):
        out.append(quote(token.name) + (": " if line else ":"))
        _write(token.value, line, out)
    elif isinstance(token, j.JValue):
        out.append(value_text(token.value, token.kind))


def value_text(value: Value, kind: int) -> str:
    """A value as JSON."""
    if value is None:
        return "undefined" if kind == j.UNDEFINED else "" if kind == j.RAW else "null"
    if kind == j.RAW:
        return str(value)
    if kind == j.COMMENT:
        return f"/*{value}*/"
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal):
        text = format(value if value else abs(value), "f")
        return text if "." in text else text + ".0"
    if isinstance(value, str):
        return quote(value)
    if kind == j.BYTES:
        return quote(base64.b64encode(bytes(value.items)).decode())
    own = getattr(value, "json_text", None)
    if own is not None:
        return quote(own())
    from gatewright.apim.expressions.text import text_of

    return quote(text_of(value))


def float_text(value: float) -> str:
    """A double as JSON: always with a point or exponent; NaN and infinities in quotes."""
    text = single_text(value) if isinstance(value, Single) else double_text(value)
    if text in ("NaN", "Infinity", "-Infinity"):
        return f'"{text}"'
    return text if "." in text or "E" in text else text + ".0"
