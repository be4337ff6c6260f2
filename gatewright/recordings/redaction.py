"""What a recording must not hold: credentials and personal headers, replaced by one fixed dummy.

Prompts and answers stay, for replay needs them; `prompt_key` replaces them by keyed hashes of the same shape.

Sources: https://learn.microsoft.com/azure/api-management/api-management-subscriptions (2026-06) for key
names; https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities (2026-05) for
`x-ms-client-principal` and `x-ms-token-…`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote_plus

from gatewright.recordings.exchange import Exchange, Headers
from gatewright.recordings.prompts import hashed_prompts

REDACTED = "REDACTED"

_HEADERS = frozenset(
    {
        "api-key",
        "apikey",
        "authorization",
        "client-ip",
        "cookie",
        "from",
        "forwarded",
        "ocp-apim-subscription-key",
        "openai-organization",
        "openai-project",
        "proxy-authenticate",
        "proxy-authorization",
        "referer",
        "set-cookie",
        "subscription-key",
        "true-client-ip",
        "via",
        "x-api-key",
        "x-arr-ssl",
        "x-auth-token",
        "x-client-ip",
        "x-forwarded-client-cert",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-functions-key",
        "x-gatewright-proof",
        "x-gatewright-user",
        "x-original-forwarded-for",
        "x-real-ip",
    }
)
_HEADER_PARTS = re.compile(
    r"token(?!s)|secret|password|credential|signature|client-principal|subscription-key|api-?key|-ip\Z|clientip"
    r"|socketip|aad-|clientcert|client-cert",
    re.IGNORECASE,
)
_RATE_LIMIT = re.compile(r"x-ratelimit-|x-envoy-|anthropic-ratelimit-", re.IGNORECASE)
_VALUE = re.compile(r"\b(?:bearer|basic)\s+\S|\beyJ[A-Za-z0-9_-]{8,}\.", re.IGNORECASE)
_QUERY = re.compile(
    r"(?:.*[-_])?(?:api[-_]?key|key|code|sig|signature|token|secret|password|authorization|credential)\Z",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"\A([a-z][a-z0-9+.-]*://)[^/?#@]*@", re.IGNORECASE)
_BODY = re.compile(
    rb'("(?:api_?-?key|access_?token|refresh_?token|id_?token|client_?secret|password|authorization'
    rb'|connection_?string|access_?key|encoded_?api_?key)"\s*+:\s*+)"((?:[^"\\]|\\.)*+)"',
    re.IGNORECASE,
)
_AUTHENTICATION = re.compile(rb'("authentication"\s*+:\s*+\{)([^{}]*+)(\})', re.IGNORECASE)
_KEY = re.compile(rb'("key"\s*+:\s*+)"((?:[^"\\]|\\.)*+)"', re.IGNORECASE)


def redact(exchange: Exchange, *, prompt_key: bytes | None = None) -> Exchange:
    """An exchange without credentials and personal headers.

    Args:
        exchange: what was recorded.
        prompt_key: where given, every text of prompts and answers is replaced by a keyed hash of it; chunk
            times are dropped then, as the parts no longer have their lengths.
    """
    body = _request_body(exchange.request_body)
    answer, chunks = exchange.response_body, exchange.chunks
    if prompt_key is not None:
        body, answer, chunks = hashed_prompts(body, prompt_key), hashed_prompts(answer, prompt_key), ()
    return replace(
        exchange,
        url=_url(exchange.url),
        request_headers=_sized(_headers(exchange.request_headers), exchange.request_body, body),
        request_body=body,
        response_headers=_sized(_headers(exchange.response_headers), exchange.response_body, answer),
        response_body=answer,
        chunks=chunks,
    )


def _headers(headers: Headers) -> Headers:
    return tuple((name, REDACTED if _is_secret(name, value) else value) for name, value in headers)


def _is_secret(name: str, value: str) -> bool:
    name = name.strip().lower()
    if name in _HEADERS:
        return True
    if _RATE_LIMIT.match(name):
        return False
    return _HEADER_PARTS.search(name) is not None or _VALUE.search(value) is not None


def _sized(headers: Headers, before: bytes, after: bytes) -> Headers:
    """Headers whose content-length fits the changed body."""
    if len(before) == len(after):
        return headers
    size = str(len(after))
    return tuple((name, size if name.lower() == "content-length" else value) for name, value in headers)


def _url(url: str) -> str:
    url = _USERINFO.sub(rf"\g<1>{REDACTED}@", url)
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    query, hash_mark, fragment = rest.partition("#")
    return head + mark + "&".join(_pair(pair) for pair in query.split("&")) + hash_mark + fragment


def _pair(pair: str) -> str:
    name, mark, _ = pair.partition("=")
    return f"{name}={REDACTED}" if mark and _QUERY.match(unquote_plus(name)) else pair


def _request_body(body: bytes) -> bytes:
    """A body without the credentials that a request may carry for the service to use (search keys, tools)."""
    hide: Callable[[re.Match[bytes]], bytes] = lambda found: found[1] + b'"' + REDACTED.encode() + b'"'  # noqa: E731
    body = _BODY.sub(hide, body)
    return _AUTHENTICATION.sub(lambda found: found[1] + _KEY.sub(hide, found[2]) + found[3], body)
