"""Credentials that expressions read: Basic, JWT, and access tokens.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.json_casts import to_string
from gatewright.apim.expressions.json_reader import parse
from gatewright.apim.expressions.json_writer import write
from gatewright.apim.expressions.net_datetime import EPOCH_TICKS, DateTime
from gatewright.apim.expressions.utf16 import utf8_text
from gatewright.apim.expressions.values import NetArray, Value

_STRINGS = t.array(t.STRING)


@dataclass(frozen=True, slots=True)
class Basic:
    """`BasicAuthCredentials`."""

    user_id: str
    password: str

    ty = t.make("BasicAuthCredentials")


@dataclass(frozen=True, slots=True)
class Jwt:
    """A token that was parsed, its signature not checked."""

    header: j.JObject
    payload: j.JObject
    claims: NetDict

    ty = t.make("Jwt")

    def field(self, name: str) -> str | None:
        """A claim as text."""
        return to_string(self.payload.get(name))

    def time(self, name: str) -> DateTime | None:
        """A claim in seconds since 1970 as a UTC time."""
        token = self.payload.get(name)
        if not isinstance(token, j.JValue) or token.value is None:
            return None
        return DateTime(EPOCH_TICKS + round(float(token.value) * 1000) * 10_000, 1)


@dataclass(frozen=True, slots=True)
class Authorization:
    """What get-authorization-context stores."""

    access_token: str
    claims: NetDict

    ty = t.make("Authorization")


def as_basic(value: str | None) -> Basic | None:
    """The credentials of a `Basic` header value, or None."""
    stripped = (value or "").strip()
    if not stripped.lower().startswith("basic "):
        return None
    try:
        data = base64.b64decode("".join(stripped[6:].split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    user, colon, password = utf8_text(data).partition(":")
    return Basic(user, password) if colon else None


def as_jwt(value: str | None) -> Jwt | None:
    """A JSON web token, with or without `Bearer `, or None."""
    stripped = (value or "").strip()
    if stripped.lower().startswith("bearer "):
        stripped = stripped[7:].strip()
    parts = stripped.split(".")
    if len(parts) != 3:
        return None
    try:
        header, payload = (_segment(p) for p in parts[:2])
    except (NetError, binascii.Error, ValueError):
        return None
    if header is None or payload is None:
        return None
    claims = NetDict(t.make("Dictionary", (t.STRING, _STRINGS)))
    for name, prop in payload.props.items():
        token = prop.value
        items = token.items if isinstance(token, j.JArray) else [token]
        claims.put(name, NetArray(_STRINGS, [_claim(x) for x in items]))
    return Jwt(header, payload, claims)


def _segment(part: str) -> j.JObject | None:
    data = base64.b64decode(part.replace("-", "+").replace("_", "/") + "=" * (-len(part) % 4), validate=True)
    found = parse(utf8_text(data), dates=False)
    return found if isinstance(found, j.JObject) else None


def _claim(token: j.JToken) -> str | None:
    if token.kind == j.STRING:
        return to_string(token)
    return write(token, False)


def audiences(token: Jwt) -> NetArray:
    """`Jwt.Audiences`."""
    found = token.payload.get("aud")
    items: Iterable[j.JToken] = (
        () if found is None else found.items if isinstance(found, j.JArray) else (found,)
    )
    return NetArray(_STRINGS, [to_string(x) for x in items])


def trying_token(parse_: Callable[[str | None], Value]) -> Callable[[str | None], tuple[bool, Value]]:
    """`TryParseJwt` and `TryParseBasic` of a parser."""

    def run(value: str | None) -> tuple[bool, Value]:
        found = parse_(value)
        return found is not None, found

    return run
