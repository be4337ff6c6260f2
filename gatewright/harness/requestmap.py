"""Recorded requests in the gateway's own words: deployments and models become aliases.

Served paths are `/openai/deployments/{name}/…` and `/openai/v1/…`; `/v1/…`, as OpenAI itself has it, and a
doubled `/openai/v1/v1/…`, as a client with a wrong base URL writes it, are read as `/openai/v1/…`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from gatewright.diagnostics import Code, Diagnostic, Rejected, Severity, nearest

BAD_MAP = Code(
    "EMU553",
    "map-not-usable",
    Severity.ERROR,
    "A mapping of recorded names is not NAME=alias.",
    unreadable=True,
)

OPERATIONS: Mapping[str, str] = {"chat/completions": "chat", "embeddings": "embeddings"}
_DATED = re.compile(r"/openai/deployments/([^/]+)/([a-z/]+)")
_UNDATED = re.compile(r"(?:/openai)?(?:/v1)+/([a-z/]+)")
_KEY_IN_QUERY = "subscription-key"

Map = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Located:
    """A request as a client of the gateway would send it.

    Attributes:
        method: HTTP method.
        path: path on the gateway, percent-encoded.
        query: query without a subscription key.
        body: the body, its model replaced by the alias.
        alias: the model alias.
        operation: `chat` or `embeddings`.
    """

    method: str
    path: str
    query: str
    body: bytes
    alias: str
    operation: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A request that the gateway does not serve, and why."""

    reason: str


def read_map(texts: Iterable[str], models: Mapping[str, str]) -> Map:
    """Pairs of recorded name and alias. A name may stand twice, for aliases of different type.

    Args:
        texts: `NAME=alias`, by deployment or by model.
        models: the aliases with their types.

    Raises:
        Rejected: EMU553 for each that is not one.
    """
    pairs: list[tuple[str, str]] = []
    faults: list[Diagnostic] = []
    for text in texts:
        name, sign, alias = text.rpartition("=")
        if not sign or not name or not alias:
            hint = "write for example gpt-4o=chat"
            faults.append(BAD_MAP.at(None, f'"{text}" is not NAME=alias', hint=hint))
        else:
            pairs.append((name, alias))
    faults.extend(_unknown(pairs, models))
    if faults:
        raise Rejected(faults)
    return tuple(pairs)


def check_map(names: Map, models: Mapping[str, str]) -> None:
    """Refuses pairs whose alias is not there.

    Raises:
        Rejected: EMU553 for each of them.
    """
    if faults := list(_unknown(names, models)):
        raise Rejected(faults)


def _unknown(names: Iterable[tuple[str, str]], models: Mapping[str, str]) -> Iterator[Diagnostic]:
    for name, alias in names:
        if alias not in models:
            close = nearest(alias, models)
            hint = f"did you mean {close}?" if close else f"known are {', '.join(sorted(models))}"
            yield BAD_MAP.at(None, f'"{name}={alias}" names the alias {alias}, which is not there', hint=hint)


def locate(method: str, url: str, body: bytes, models: Mapping[str, str], names: Map) -> Located | Unmapped:
    """A recorded request as a client of the gateway would send it, or why that cannot be.

    Args:
        method: recorded method.
        url: recorded URL, absolute or a path with query.
        body: recorded body.
        models: aliases of the gateway with their types.
        names: recorded names with their aliases; the first one whose type fits the operation counts, the
            deployment of the path before the model of the body. A name that is an alias needs no mapping.
    """
    parts = urlsplit(url)
    dated, undated = _DATED.fullmatch(parts.path), _UNDATED.fullmatch(parts.path)
    found = dated[2] if dated else undated[1] if undated else ""
    operation = OPERATIONS.get(found)
    if operation is None or method != "POST":
        return Unmapped(f"{method} {parts.path} is no operation that the gateway serves")
    document = _object(body)
    model = document.get("model") if document is not None else None
    candidates = [unquote(dated[1])] if dated else []
    candidates += [model] if isinstance(model, str) else []
    alias = _alias(candidates, operation, models, names)
    if alias is None:
        known = " or ".join(candidates) or "a request without a model"
        return Unmapped(f"{known} has no alias for {operation}")
    start = f"/openai/deployments/{quote(alias, safe='')}" if dated else "/openai/v1"
    if document is not None and "model" in document and model != alias:
        body = _renamed(body, model, alias)
    return Located(method, f"{start}/{found}", _query(parts.query), body, alias, operation)


def key(method: str, path: str, query: str, body: bytes) -> bytes:
    """What makes two client requests the same: method, path, query in any order, body as JSON."""
    document = _object(body)
    if document is not None:
        body = json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")
    asked = sorted(pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != _KEY_IN_QUERY)
    text = "\n".join((method, unquote(path), urlencode(asked)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass") + b"\n" + body).digest()


def _alias(candidates: Iterable[str], operation: str, models: Mapping[str, str], names: Map) -> str | None:
    for name in candidates:
        for alias in _aliases(name, models, names):
            if models.get(alias) == operation:
                return alias
    return None


def _aliases(name: str, models: Mapping[str, str], names: Map) -> Iterator[str]:
    yield from (alias for known, alias in names if known == name)
    if name in models:
        yield name


def _object(body: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _renamed(body: bytes, model: object, alias: str) -> bytes:
    """The body with another model; only those bytes change where the member can be found for certain."""
    member = re.compile(
        rb'("model"\s*:\s*)' + re.escape(json.dumps(model, ensure_ascii=False).encode("utf-8"))
    )
    written = json.dumps(alias).encode("ascii")
    if len(member.findall(body)) == 1:
        return member.sub(lambda found: found[1] + written, body)
    document = _object(body) or {}
    return json.dumps({**document, "model": alias}, ensure_ascii=False).encode("utf-8")


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([pair for pair in pairs if pair[0] != _KEY_IN_QUERY])
