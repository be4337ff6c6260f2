"""The real process between a scripted raw-socket upstream and raw-socket clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
import pytest
from mitmproxy import http
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.options import Options
from mitmproxy.proxy import context, layer, server
from mitmproxy.test import taddons
from mitmproxy.utils import asyncio_utils

from tests.proxy_addon.gate import SECRET, Gate, Start, launch
from tests.proxy_addon.upstream import Upstream

CHANGED = (
    *(http.Headers, http.RequestData, http.ResponseData),
    *(http1_layer, http1_layer.Http1Client, http1_layer.Http1Connection, http1_layer.Http1Server),
    *(http_layer.HttpStream, server, server.ConnectionHandler),
    *(context.Context, layer.Layer, asyncio_utils),
)
"""What `proxy_addon.compat` changes in mitmproxy."""


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """Behind each test mitmproxy is as it was installed."""
    before = [(owner, dict(vars(owner))) for owner in CHANGED]
    yield
    for owner, members in before:
        now = dict(vars(owner))
        for name in now.keys() - members.keys():
            delattr(owner, name)
        for name, member in members.items():
            if now.get(name) is not member:
                setattr(owner, name, member)


@pytest.fixture(scope="module")
def options() -> Iterator[Options]:
    """mitmproxy's options, as its layers need them."""
    make: Callable[[], object] = Proxyserver
    load: Callable[[object], AbstractContextManager[taddons.context]] = taddons.context
    with load(make()) as loaded:
        yield loaded.options
        loaded.master.event_loop.close()


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    up = Upstream()
    yield up
    up.close()


@pytest.fixture(scope="session")
def gate(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """One process for all tests that do not stop or starve it."""
    folder = tmp_path_factory.mktemp("proxy")
    running = launch(folder, f"http://127.0.0.1:{upstream.port}", "--body-limit", "1m")
    yield running
    assert running.stop() == 0, running.log.read_text()
    text = running.log.read_text()
    assert " error " not in text, text
    assert SECRET not in text
    assert "token-of-the-managed-identity" not in text


@pytest.fixture
def start(upstream: Upstream, tmp_path: Path) -> Iterator[Start]:
    """Starts a process of one's own."""
    running: list[Gate] = []

    def run(*flags: str, endpoint: str | None = None, ledger: Path | None = None) -> Gate:
        one = launch(tmp_path, endpoint or f"http://127.0.0.1:{upstream.port}", *flags, ledger=ledger)
        running.append(one)
        return one

    yield run
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(10)


@pytest.fixture
def wait() -> Callable[[Callable[[], bool]], None]:
    def until(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, "it did not come true within 10 s"
            time.sleep(0.01)

    return until
