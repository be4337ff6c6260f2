"""The local gateway in one process: all policies of the example estate, a non-streamed chat, no network."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

import httpx
from starlette.types import Message, Scope

from gatewright import __version__
from gatewright.estate import load
from gatewright.harness.clock import SystemClock
from gatewright.harness.gateway import Gateway
from generator import generate, write

REQUESTS = 3000
TENANTS = ("data-platform", "retail-search", "support-assistant")
ROOT = Path(__file__).resolve().parent.parent
ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "model": "gpt-4.1-2025-04-14",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
}


BODY = json.dumps(ANSWER).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


def answer(request: httpx.Request) -> httpx.Response:
    """The backend's answer to everything."""
    return httpx.Response(200, headers=HEADERS, content=BODY)


async def measure(folder: Path) -> float:
    """Requests per CPU second through `Gateway.app`."""
    gateway = Gateway.load(
        folder,
        placeholders={
            "proxyHost": "proxy.example.org",
            "apimClientId": "00000000-0000-0000-0000-000000000000",
            **{
                f"endpoint.{name}": "https://x.openai.azure.com"
                for name in ("sweden", "westeurope", "france")
            },
        },
        keys={f"gw-{tenant}": f"key-{tenant}" for tenant in TENANTS},
        named_values={"gw-proxy-proof": "proof", "gw-user-key": "user"},
        without=frozenset({"limits"}),
        clock=SystemClock(),
        transport=httpx.MockTransport(answer),
        on_outcome=lambda outcome: None,
    )
    body = json.dumps({"messages": [{"role": "user", "content": "Say hello."}]}).encode()
    began = time.process_time()
    for _ in range(REQUESTS):
        status = await one(gateway, body)
        assert status == 200, status
    spent = time.process_time() - began
    await gateway.aclose()
    return REQUESTS / spent


async def one(gateway: Gateway, body: bytes) -> int:
    """One request as an ASGI server would give it; the status."""
    status = 0
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if sent:
            return sent.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(str(message["status"]))

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/openai/deployments/chat/chat/completions",
        "raw_path": b"/openai/deployments/chat/chat/completions",
        "query_string": b"api-version=2024-10-21",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"api-key", b"key-retail-search"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await gateway.app(scope, receive, send)
    return status


def main() -> None:
    """Prints the rate."""
    with tempfile.TemporaryDirectory(prefix="gatewright-bench-") as name:
        folder = Path(name)
        write(
            generate(load(ROOT / "config", "dev"), templates=ROOT / "policies", version=__version__), folder
        )
        rate = asyncio.run(measure(folder))
    print(f"in process, one core: {rate:,.0f} requests a CPU second (to hold: 3,000)")
