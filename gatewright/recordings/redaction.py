"""What a recording must not hold: credentials and personal headers, replaced by one fixed dummy.

Prompts and answers stay, for replay needs them; `prompt_key` replaces them by keyed hashes of the same shape.
What clients send under names of their own may be anything: `known_only` keeps values of known names alone.

Sources: https://learn.microsoft.com/azure/api-management/api-management-subscriptions (2026-06) for key
names; https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities (2026-05) for
`x-ms-client-principal` and `x-ms-token-…`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote_plus

from gatewright.recordings.exchange import Exchange, Headers
from gatewright.recordings.prompts import hashed_pieces, hashed_prompts, recut

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


# Names whose values say nothing of a person, and which replay, metering or a search for a fault may need.
_KNOWN = frozenset(
    {
        "accept",
        "accept-encoding",
        "anthropic-beta",
        "anthropic-version",
        "apim-request-id",
        "azureml-model-group",
        "azureml-model-session",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "expect",
        "host",
        "openai-beta",
        "openai-model",
        "openai-processing-ms",
        "openai-version",
        "request-id",
        "retry-after",
        "retry-after-ms",
        "server",
        "strict-transport-security",
        "traceparent",
        "transfer-encoding",
        "user-agent",
        "x-accel-buffering",
        "x-content-type-options",
        "x-ms-client-request-id",
        "x-ms-deployment-name",
        "x-ms-rai-invoked",
        "x-ms-region",
        "x-request-id",
        "x-should-retry",
    }
)
_KNOWN_START = re.compile(r"x-ratelimit-|x-envoy-|anthropic-ratelimit-|x-stainless-")
_KNOWN_QUERY = frozenset("after api-version before deployment intent limit model order".split())


def redact(exchange: Exchange, *, prompt_key: bytes | None = None, known_only: bool = False) -> Exchange:
    """An exchange without credentials and personal headers.

    Args:
        exchange: what was recorded.
        prompt_key: where given, every text of prompts and answers is replaced by a keyed hash of it; chunk
            times stay, each for the lines that were complete by then.
        known_only: values of headers and query parameters whose names are not known to be harmless go too.
    """
    body = _request_body(exchange.request_body)
    answer, chunks = exchange.response_body, exchange.chunks
    if prompt_key is not None:
        body, pieces = hashed_prompts(body, prompt_key), hashed_pieces(answer, prompt_key)
        whole = b"".join(data for _, data in chunks) == answer
        answer = b"".join(after for _, after in pieces)
        chunks = tuple(recut(chunks, pieces)) if whole else ()
    sent, got = (_headers(each, known_only) for each in (exchange.request_headers, exchange.response_headers))
    return replace(
        exchange,
        url=_url(exchange.url, known_only),
        request_headers=_sized(sent, exchange.request_body, body),
        request_body=body,
        response_headers=_sized(got, exchange.response_body, answer),
        response_body=answer,
        chunks=chunks,
        hashed=exchange.hashed or prompt_key is not None,
    )


def _headers(headers: Headers, known_only: bool) -> Headers:
    return tuple(
        (name, REDACTED if _is_secret(name, value) or (known_only and not _is_known(name)) else value)
        for name, value in headers
    )


def _is_known(name: str) -> bool:
    name = name.strip().lower()
    return name in _KNOWN or _KNOWN_START.match(name) is not None


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


def _url(url: str, known_only: bool) -> str:
    url = _USERINFO.sub(rf"\g<1>{REDACTED}@", url)
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    query, hash_mark, fragment = rest.partition("#")
    pairs = "&".join(_pair(pair, known_only) for pair in query.split("&"))
    return head + mark + pairs + hash_mark + fragment


def _pair(pair: str, known_only: bool) -> str:
    name, mark, _ = pair.partition("=")
    plain = unquote_plus(name)
    secret = _QUERY.match(plain) is not None or (known_only and plain.lower() not in _KNOWN_QUERY)
    return f"{name}={REDACTED}" if mark and secret else pair


def _request_body(body: bytes) -> bytes:
    """A body without the credentials that a request may carry for the service to use (search keys, tools)."""
    body = _BODY.sub(_hidden, body)
    return _AUTHENTICATION.sub(lambda found: found[1] + _KEY.sub(_hidden, found[2]) + found[3], body)


def _hidden(found: re.Match[bytes]) -> bytes:
    return found[1] + b'"' + REDACTED.encode() + b'"'
