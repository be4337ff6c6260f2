"""A Key Vault on loopback: TLS, its authentication challenge, versions, tags and its ways to say no.

Source: Key Vault REST reference, secrets (read 2026-08); errors carry `innererror` as there.
"""

from __future__ import annotations

import itertools
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.deploy.loopback import JsonHandler, Loopback

HOST = "sample.vault.azure.net"
TENANT = "00000000-0000-4000-8000-0000000000ff"
CHALLENGE = (
    f'Bearer authorization="https://login.microsoftonline.com/{TENANT}", resource="https://vault.azure.net"'
)
TOKEN = "Bearer token-for-https://vault.azure.net"
SAID = {
    "ForbiddenByRbac": (403, "Forbidden", "Caller is not authorized to perform action on resource."),
    "ForbiddenByFirewall": (403, "Forbidden", "Client address is not authorized."),
    "ObjectIsDeletedButRecoverable": (
        409,
        "Conflict",
        "Secret is currently in a deleted but recoverable state.",
    ),
    "SecretDisabled": (403, "Forbidden", "Operation get is not allowed on a disabled secret."),
    "Throttled": (429, "Throttled", "Request was not processed because too many requests were received."),
}


@dataclass
class FakeVault:
    """A running vault; `calls` are method and path, without the challenges."""

    tls: ssl.SSLContext
    secrets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    refuse: Callable[[str, str], str | None] = lambda method, path: None
    cut_at: int = 0
    cut_after: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)
    _versions: Any = field(default_factory=lambda: itertools.count(1))

    def __enter__(self) -> FakeVault:
        fake = self

        class Handler(_Handler):
            vault = fake

        self.server = Loopback(Handler, self.tls)
        self.server.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.end()

    def value(self, name: str) -> str:
        """The secret as it is now."""
        return str(self.secrets[name][-1]["value"])

    def tags(self, name: str) -> dict[str, str]:
        return dict(self.secrets[name][-1].get("tags") or {})

    def put(self, name: str, value: str, tags: dict[str, str] | None = None) -> dict[str, Any]:
        version = {"version": f"{next(self._versions):032x}", "value": value, "tags": tags}
        with self.lock:
            self.secrets.setdefault(name, []).append(version)
        return version

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] != "GET"]


class _Handler(JsonHandler):
    vault: FakeVault

    def handle_call(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        if self.headers.get("Authorization") != TOKEN:
            error = {"code": "Unauthorized", "message": "AKV10000: Request is missing a Bearer token."}
            assert not body, "nothing is sent before the vault has said how to authenticate"
            self.send(401, {"error": error}, {"WWW-Authenticate": CHALLENGE})
            return
        vault, path = self.vault, url.path.strip("/")
        vault.calls.append((method, path))
        number = len(vault.calls)
        if number == vault.cut_at and not vault.cut_after:
            return self.cut()
        said = vault.refuse(method, path)
        if said:
            status, code, message = SAID[said]
            inner = {"code": said}
            refusal = {"code": code, "message": message, "innererror": inner}
            more = {"Retry-After": "0"} if status == 429 else {}
            return self.send(status, {"error": refusal}, more)
        query = dict(parse_qsl(url.query))
        assert "api-version" in query
        status, answer = self.answer(method, path.split("/"), json.loads(body or b"{}"))
        if number == vault.cut_at:
            return self.cut()
        self.send(status, answer)

    def answer(self, method: str, parts: list[str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        vault = self.vault
        assert method in {"GET", "PUT", "PATCH"}, method
        assert parts[0] == "secrets", parts
        name, version = parts[1], parts[2] if len(parts) > 2 else ""
        if method == "PUT":
            assert set(body) <= {"value", "tags", "contentType", "attributes"}, body
            return 200, shown(name, vault.put(name, body["value"], body.get("tags")))
        with vault.lock:
            versions = vault.secrets.get(name, [])
            found = [item for item in versions if not version or item["version"] == version]
            if not found:
                message = f"A secret with (name/id) {name} was not found in this key vault."
                return 404, {"error": {"code": "SecretNotFound", "message": message}}
            if method == "PATCH":
                assert version, "a version is patched"
                assert set(body) <= {"tags", "contentType", "attributes"}, body
                found[-1]["tags"] = body["tags"]
                return 200, {key: item for key, item in shown(name, found[-1]).items() if key != "value"}
            return 200, shown(name, found[-1])


def shown(name: str, version: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"https://{HOST}/secrets/{name}/{version['version']}",
        "value": version["value"],
        "tags": version["tags"],
        "attributes": {"enabled": True, "created": 1764000000, "updated": 1764000000},
    }
