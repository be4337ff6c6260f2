"""A gateway over one API and one product, whose backends answer from a script."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from gatewright.apim.bundle import Bundle
from gatewright.harness.clock import ManualClock
from gatewright.harness.gateway import Gateway
from gatewright.harness.outcome import Outcome

KEY = "key-of-retail"
CHAT = "/openai/deployments/chat/chat/completions"
ROOT = "https://gw.example.org"

SECTIONS = ("inbound", "backend", "outbound", "on-error")


@dataclass
class Script:
    """What backends answer, in order; the last repeats. A text is a failure: refused, timeout."""

    answers: list[httpx.Response | str | Callable[[httpx.Request], httpx.Response]]
    seen: list[httpx.Request] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, str):
            kind = {"refused": httpx.ConnectError, "timeout": httpx.ConnectTimeout}[answer]
            raise kind("scripted", request=request)
        if callable(answer):
            return answer(request)
        content = answer.content
        return httpx.Response(answer.status_code, headers=answer.headers.raw, stream=Chunks([content]))


class Chunks(httpx.AsyncByteStream):
    """A body in pieces; `opened` and `closed` tell what was done with it."""

    def __init__(
        self, parts: Sequence[bytes], *, breaks: bool = False, hold: asyncio.Event | None = None
    ) -> None:
        self.parts, self.breaks, self.hold = parts, breaks, hold
        self.given = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            self.given += 1
            yield part
            if self.hold is not None:
                await self.hold.wait()
        if self.breaks:
            raise httpx.ReadError("scripted")

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Emulator:
    """The gateway, and everything around it that a test looks at."""

    gateway: Gateway
    clock: ManualClock
    script: Script
    outcomes: list[Outcome]
    client: httpx.AsyncClient

    async def post(self, body: object = None, *, path: str = CHAT, **headers: str) -> httpx.Response:
        """A POST with the key; underscores of header names become hyphens."""
        named = {"api-key": KEY} | {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return await self.client.post(path, content=content, headers=named)

    @property
    def outcome(self) -> Outcome:
        """The last outcome."""
        return self.outcomes[-1]


def document(sections: Mapping[str, str]) -> str:
    """A policy document from the inner XML of its sections; `<base />` goes first in those that are given."""
    backend = sections.get("backend", "<base />")
    inner = {name: f"<base />{sections.get(name, '')}" for name in SECTIONS} | {"backend": backend}
    return f"<policies>{''.join(f'<{name}>{text}</{name}>' for name, text in inner.items())}</policies>"


def build(
    folder: Path,
    api: Mapping[str, str],
    *,
    product: Mapping[str, str] | None = None,
    world: str | None = None,
    operation: Mapping[str, str] | None = None,
    tier: str = "Developer",
    backends: Sequence[Mapping[str, object]] | None = None,
    fragments: Mapping[str, str] | None = None,
    named_values: Mapping[str, str] | None = None,
) -> Path:
    """Writes a build folder: API `gw-openai` with product `gw-retail`, and what a test wants of its own."""
    (folder / "p").mkdir(parents=True, exist_ok=True)
    files = {"p/api.xml": document(api), "p/product.xml": document(product or {})}
    if world is not None:
        files["p/global.xml"] = world
    if operation is not None:
        files["p/operation.xml"] = document(operation)
    for name, text in (fragments or {}).items():
        files[f"p/{name}.xml"] = f"<fragment>{text}</fragment>"
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    names = (
        ("chat-completions", "/deployments/{deployment-id}/chat/completions"),
        ("v1-chat", "/v1/chat/completions"),
    )
    operations = [
        {"id": name, "displayName": name, "method": "POST", "urlTemplate": template, "policy": None}
        for name, template in names
    ]
    operations.append(
        {"id": "list", "displayName": "list", "method": "GET", "urlTemplate": "/models", "policy": None}
    )
    if operation is not None:
        operations[0]["policy"] = "p/operation.xml"
    value = {
        "version": 1,
        "environment": "test",
        "marker": "gw-",
        "generator": "test",
        "service": {
            "tier": tier,
            "location": "westeurope",
            "globalPolicy": None if world is None else "p/global.xml",
        },
        "apis": [
            {
                "id": "gw-openai",
                "displayName": "OpenAI",
                "description": "",
                "path": "openai",
                "protocols": ["https"],
                "subscriptionRequired": True,
                "subscriptionKeyParameterNames": {"header": "api-key", "query": "subscription-key"},
                "policy": "p/api.xml",
                "operations": operations,
            }
        ],
        "products": [
            {
                "id": "gw-retail",
                "displayName": "Retail",
                "description": "",
                "subscriptionRequired": True,
                "state": "published",
                "apis": ["gw-openai"],
                "policy": "p/product.xml",
            }
        ],
        "subscriptions": [
            {
                "id": "gw-retail",
                "displayName": "Retail",
                "product": "gw-retail",
                "state": "active",
                "keyVaultSecret": "retail-key",
            },
            {
                "id": "gw-suspended",
                "displayName": "Suspended",
                "product": "gw-retail",
                "state": "suspended",
                "keyVaultSecret": "suspended-key",
            },
        ],
        "backends": list(backends or [single("one")]),
        "namedValues": [
            {"id": name, "displayName": name, "secret": False, "value": text}
            for name, text in (named_values or {}).items()
        ],
        "fragments": [{"id": name, "file": f"p/{name}.xml", "description": ""} for name in fragments or {}],
        "models": {},
        "tenants": {"retail": {"product": "gw-retail", "subscriptions": ["gw-retail", "gw-suspended"]}},
        "placeholders": {},
    }
    bundle = Bundle.read(json.dumps(value), "bundle.json")
    (folder / "bundle.json").write_text(bundle.to_json(), encoding="utf-8")
    return folder


def single(name: str, breaker: Mapping[str, object] | None = None) -> dict[str, object]:
    """A single backend `https://<name>.example.org/openai`."""
    return {
        "id": name,
        "type": "Single",
        "url": f"https://{name}.example.org/openai",
        "protocol": "http",
        "description": "",
        "circuitBreaker": breaker,
    }


def breaker(*, count: int = 1, trip: str = "PT30S", accept: bool = True) -> dict[str, object]:
    """A rule that counts 429 and 5xx."""
    return {
        "name": "rule",
        "failureCondition": {
            "count": count,
            "interval": "PT1M",
            "statusCodeRanges": [{"min": 429, "max": 429}, {"min": 500, "max": 529}],
            "errorReasons": [],
        },
        "tripDuration": trip,
        "acceptRetryAfter": accept,
    }


def pool(name: str, *members: tuple[str, int, int]) -> dict[str, object]:
    """A pool of members (id, priority, weight)."""
    services = [
        {"id": member, "priority": priority, "weight": weight} for member, priority, weight in members
    ]
    return {"id": name, "type": "Pool", "description": "", "pool": {"services": services}}


def start(
    folder: Path,
    answers: Sequence[httpx.Response | str | Callable[[httpx.Request], httpx.Response]] = (),
    *,
    without: frozenset[str] = frozenset(),
    upstream_headers: Mapping[str, str] | None = None,
    max_body_bytes: int = 1024 * 1024,
) -> Emulator:
    """A gateway over a build folder, with a time of its own and a script for its backends."""
    clock, outcomes = ManualClock(), list[Outcome]()
    script = Script(list(answers) or [httpx.Response(200, json={"ok": True})])
    numbers = itertools.count(1)
    gateway = Gateway.load(
        folder,
        placeholders={},
        keys={"gw-retail": KEY, "gw-suspended": "key-of-suspended"},
        named_values={},
        clock=clock,
        on_outcome=outcomes.append,
        without=without,
        transport=httpx.MockTransport(script),
        upstream_headers=upstream_headers,
        seed=1,
        new_id=lambda: f"00000000-0000-0000-0000-{next(numbers):012d}",
        max_body_bytes=max_body_bytes,
    )
    transport = httpx.ASGITransport(app=gateway.app)
    client = httpx.AsyncClient(transport=transport, base_url=ROOT)
    return Emulator(gateway, clock, script, outcomes, client)
