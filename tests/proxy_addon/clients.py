"""What real clients are pointed at: the service directly, or the proxy's process in front of it.

Both must give a client the same; what came through the proxy leaves one record with the service's numbers.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from tests.proxy_addon.gate import SECRET, Gate, launch
from tests.proxy_addon.service import DEPLOYMENT, Service, running

ALIAS = "chat"
BACKEND = "gw-one"
VERSION = "2025-04-01-preview"


@dataclass
class Point:
    """Where one client call goes: an origin with a prefix, the model's name there, the headers."""

    url: str
    model: str
    headers: dict[str, str] = field(default_factory=dict)
    call: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Bench:
    """The service and the proxy before it."""

    service: Service
    gate: Gate
    secret: str

    def direct(self) -> Point:
        """Straight to the service."""
        point = Point(self.service.url, DEPLOYMENT)
        point.headers["x-client-call"] = point.call
        return point

    def through(self) -> Point:
        """Through the proxy, with the headers that the gateway's policy sets."""
        point = Point(f"http://127.0.0.1:{self.gate.port}/b/{BACKEND}/-", ALIAS)
        point.headers |= {
            "x-client-call": point.call,
            "x-gatewright-tenant": "retail-search",
            "x-gatewright-subscription": "gw-retail-search",
            "x-gatewright-request-id": point.call,
            "x-gatewright-model": ALIAS,
            "x-gatewright-proof": self.secret,
        }
        return point

    async def record(self, call: str) -> UsageRecord:
        """The one record of a call, which says what the service stated."""
        record = await self.gate.record(call)
        assert (record.settlement, record.status) == (Settlement.COMPLETE, 200)
        assert (record.request_model, record.deployment) == (ALIAS, DEPLOYMENT)
        stated = self.service.stated[call]
        assert counted(record) == normalised(stated)
        expected = UsageSource.ESTIMATED if "characters" in stated else UsageSource.REPORTED
        assert record.usage_source is expected
        return record


def counted(record: UsageRecord) -> dict[str, Any]:
    """The quantities of a record that are known."""
    usage = record.usage
    names = ("input", "output", "total", "cache_read_input", "cache_creation_input", "reasoning_output")
    values = {f"{name}_tokens": getattr(usage, f"{name}_tokens") for name in names}
    return {
        name: value
        for name, value in (values | {"characters": usage.characters}).items()
        if value is not None
    }


def normalised(stated: dict[str, Any]) -> dict[str, Any]:
    """The service's numbers under our names: input includes cached input (Anthropic: apart)."""
    cached, written = stated.get("cache_read_input_tokens"), stated.get("cache_creation_input_tokens")
    taken = stated.get("prompt_tokens", stated.get("input_tokens"))
    inner = stated.get("prompt_tokens_details", stated.get("input_tokens_details", {}))
    outer = stated.get("completion_tokens_details", stated.get("output_tokens_details", {}))
    found = {
        "input_tokens": taken if cached is None else taken + cached + written,
        "output_tokens": stated.get("completion_tokens", stated.get("output_tokens")),
        "total_tokens": stated.get("total_tokens"),
        "cache_read_input_tokens": inner.get("cached_tokens", cached),
        "cache_creation_input_tokens": written,
        "reasoning_output_tokens": outer.get("reasoning_tokens"),
        "characters": stated.get("characters"),
    }
    return {name: value for name, value in found.items() if value is not None}


@contextmanager
def bench(folder: Path, *flags: str) -> Iterator[Bench]:
    """Service and proxy while they are needed; the proxy must end cleanly, without a word of an error."""
    with running() as service:
        route = {"endpoint": service.url, "region": "eu", "provider": "azure.ai.openai"}
        routes = {BACKEND: {**route, "deployment": DEPLOYMENT, "models": [ALIAS]}}
        whole = {"version": 1, "routes": routes, "allowedHostSuffixes": [".openai.azure.com"]}
        (folder / "own.json").write_text(json.dumps(whole))
        gate = launch(folder, service.url, "--routes", str(folder / "own.json"), *flags)
        try:
            yield Bench(service, gate, SECRET)
        finally:
            status = gate.stop()
        assert status == 0, gate.log.read_text()
        assert " error " not in gate.log.read_text(), gate.log.read_text()
