"""The table of routes: which endpoint and deployment stands behind each backend of the gateway.

Read once, strictly: unknown keys, unfilled placeholders and hosts outside the allow-list are faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from gatewright.diagnostics import Diagnostic, Rejected, Span, nearest
from gatewright.diagnostics.yaml import Node, compose
from proxy_addon import codes

VERSION = 1
_DEFAULT_PORT = {"http": 80, "https": 443}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_BACKEND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\Z")
_SUFFIX = re.compile(rf"\.{_LABEL}(?:\.{_LABEL}){{2,}}\Z")


class StreamUsage(StrEnum):
    """What happens to a stream whose client did not ask for usage: see the tenant option `streamUsage`."""

    HIDDEN = "hidden"
    VISIBLE = "visible"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An upstream origin: scheme `https` or `http`, host in lower case without brackets, port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of the Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Route:
    """One backend of the gateway: a pool member's endpoint and deployment, and the aliases it serves.

    Attributes:
        model: the model behind the deployment, such as `gpt-4.1`; None where the file does not say.
    """

    backend: str
    endpoint: Endpoint
    deployment: str
    region: str
    provider: str
    models: frozenset[str]
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """All routes, the allow-list of hosts, and what tenants chose."""

    routes: Mapping[str, Route]
    suffixes: tuple[str, ...]
    stream_usage: Mapping[str, StreamUsage]
    allow_loopback: bool

    def allows(self, endpoint: Endpoint) -> bool:
        """Whether credentials may go here: https under an allowed suffix, or loopback where permitted."""
        if endpoint.host in LOOPBACK:
            return self.allow_loopback
        if endpoint.scheme != "https" or not _HOST.match(endpoint.host):
            return False
        return any(endpoint.host.endswith(suffix) for suffix in self.suffixes)

    def usage_of(self, tenant: str) -> StreamUsage:
        """The tenant's `streamUsage`; a tenant that the file does not name has the default, hidden."""
        return self.stream_usage.get(tenant, StreamUsage.HIDDEN)


def load(path: Path, *, allow_loopback: bool) -> Table:
    """The table in a file.

    Raises:
        Rejected: PRX601 to PRX606, all faults of the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
        hint = "gatewright generate writes it to build/<env>/proxy/routes.json"
        message = f"the routes cannot be read: {reason}"
        raise Rejected([codes.NO_FILE.at(Span(str(path)), message, hint=hint)]) from fault
    return read(text, str(path), allow_loopback=allow_loopback)


def read(text: str, file: str, *, allow_loopback: bool) -> Table:
    """The table in a JSON text.

    Raises:
        Rejected: PRX602 to PRX606, all faults of the text.
    """
    try:
        json.loads(text)
    except (ValueError, RecursionError) as fault:  # the latter where it is nested too deep
        place = Span(file, 1, 1, 1, 2)
        if isinstance(fault, json.JSONDecodeError):
            place = Span(file, fault.lineno, fault.colno, fault.lineno, fault.colno + 1)
        raise Rejected([codes.NOT_JSON.at(place, "this is not JSON")]) from fault
    reader = _Reader(compose(text, file), allow_loopback)
    table = reader.table()
    if reader.faults:
        raise Rejected(reader.faults)
    return table


class _Reader:
    """Walks the composed document and collects faults."""

    def __init__(self, root: Node, allow_loopback: bool) -> None:
        self.root = root
        self.allow_loopback = allow_loopback
        self.faults: list[Diagnostic] = []

    def table(self) -> Table:
        top = self.members(
            self.root, required=("version", "routes", "allowedHostSuffixes"), optional=("tenants",)
        )
        version = top.get("version")
        if version is not None and version.value != VERSION:
            hint = f"this proxy reads version {VERSION}; deploy the proxy and the routes together"
            self.faults.append(codes.ROUTES_VERSION.at(version.span, f"version {version.value}", hint=hint))
        suffixes = tuple(self.suffixes(top.get("allowedHostSuffixes")))
        scope = Table({}, suffixes, {}, self.allow_loopback)
        routes = {
            name: self.route(name, node, scope) for name, node in self.named(top.get("routes"), _BACKEND)
        }
        known = {name: route for name, route in routes.items() if route is not None}
        tenants = {name: self.tenant(node) for name, node in self.named(top.get("tenants"), _NAME)}
        return Table(known, suffixes, tenants, self.allow_loopback)

    def suffixes(self, node: Node | None) -> Iterator[str]:
        for item in self.items(node):
            value = item.value
            if isinstance(value, str) and _SUFFIX.match(value):
                yield value
            else:
                hint = 'write for example ".openai.azure.com"'
                self.wrong(item, "a suffix is a dot and at least three lower-case labels", hint)

    def route(self, name: str, node: Node, scope: Table) -> Route | None:
        keys = ("endpoint", "deployment", "region", "provider", "models")
        have = self.members(node, required=keys, optional=("model",))
        before = len(self.faults)
        endpoint = self.endpoint(have.get("endpoint"), scope)
        deployment = self.text(have.get("deployment"), _NAME)
        region = self.text(have.get("region"), _NAME)
        provider = self.text(have.get("provider"), _NAME)
        models = frozenset(self.text(item, _NAME) for item in self.items(have.get("models")))
        model = self.text(have.get("model"), _NAME) or None
        if endpoint is None or len(self.faults) > before or not have.keys() >= set(keys):
            return None
        return Route(name, endpoint, deployment, region, provider, models, model)

    def endpoint(self, node: Node | None, scope: Table) -> Endpoint | None:
        if node is None:
            return None
        value = node.value
        if not isinstance(value, str):
            self.wrong(node, "an endpoint is a URL")
            return None
        if "<" in value:
            hint = "fill the routes from the deployment's outputs before starting the proxy"
            self.faults.append(
                codes.UNFILLED.at(node.span, f"{value[:80]} is still a placeholder", hint=hint)
            )
            return None
        endpoint = parse_origin(value)
        if endpoint is None:
            self.wrong(node, "an endpoint is an origin such as https://name.openai.azure.com")
            return None
        if not scope.allows(endpoint):
            hint = "use https and a host under one of allowedHostSuffixes"
            if endpoint.host in LOOPBACK:
                hint = "loopback needs --allow-loopback"
            message = f"{endpoint.scheme}://{endpoint.host} is not allowed"
            self.faults.append(codes.HOST_NOT_ALLOWED.at(node.span, message, hint=hint))
            return None
        return endpoint

    def tenant(self, node: Node) -> StreamUsage:
        have = self.members(node, optional=("streamUsage",))
        choice = have.get("streamUsage")
        if choice is None:
            return StreamUsage.HIDDEN
        if choice.value not in tuple(StreamUsage):
            self.wrong(choice, "streamUsage is hidden, visible or off")
            return StreamUsage.HIDDEN
        return StreamUsage(str(choice.value))

    def members(
        self, node: Node, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
    ) -> Mapping[str, Node]:
        if not isinstance(node.value, Mapping):
            self.wrong(node, "an object belongs here")
            return {}
        known = (*required, *optional)
        for key in node.value:
            if key not in known:
                close = nearest(key, known)
                hint = f"did you mean {close}?" if close else f"known here: {', '.join(known)}"
                self.faults.append(
                    codes.BAD_ROUTES.at(node.key_at([key]), f'"{key}" is not known', hint=hint)
                )
        for key in required:
            if key not in node.value:
                self.wrong(node, f'"{key}" is missing here')
        return {key: item for key, item in node.value.items() if key in known}

    def named(self, node: Node | None, pattern: re.Pattern[str]) -> Iterator[tuple[str, Node]]:
        if node is None:
            return
        if not isinstance(node.value, Mapping):
            self.wrong(node, "an object belongs here")
            return
        for key, item in node.value.items():
            if not pattern.match(key):
                self.faults.append(
                    codes.BAD_ROUTES.at(node.key_at([key]), "this name has characters it may not")
                )
            yield key, item

    def items(self, node: Node | None) -> tuple[Node, ...]:
        if node is None:
            return ()
        if not isinstance(node.value, tuple) or not node.value:
            self.wrong(node, "a list with at least one item belongs here")
            return ()
        return node.value

    def text(self, node: Node | None, pattern: re.Pattern[str]) -> str:
        if node is None:
            return ""
        if isinstance(node.value, str) and pattern.match(node.value):
            return node.value
        if isinstance(node.value, str) and "<" in node.value:
            self.faults.append(codes.UNFILLED.at(node.span, "this is still a placeholder"))
        else:
            self.wrong(node, "a name of letters, digits, dots, dashes and underscores belongs here")
        return ""

    def wrong(self, node: Node, message: str, hint: str | None = None) -> None:
        self.faults.append(codes.BAD_ROUTES.at(node.span, message, hint=hint))


def parse_origin(url: str) -> Endpoint | None:
    """A URL that is nothing but an origin, or None: no user, path, query, fragment or odd character.

    >>> parse_origin("https://x.openai.azure.com/")
    Endpoint(scheme='https', host='x.openai.azure.com', port=443)
    """
    if not url.isascii() or not url.isprintable() or set(url) & set(" \\@?#%"):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or parts.path not in ("", "/"):
        return None
    if host != "::1" and not _HOST.match(host):
        return None
    return Endpoint(parts.scheme, host, port if port is not None else _DEFAULT_PORT[parts.scheme])
