"""Hooks that are called directly are the same functions, in the same order, and fail one at a time."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import hooks
from mitmproxy.addonmanager import AddonManager
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy import mode_servers
from mitmproxy.proxy.layers.http._hooks import HttpRequestHook, HttpResponseHook
from mitmproxy.test import tflow

from proxy_addon import dispatch


class Noted:
    def __init__(self, name: str, calls: list[str]) -> None:
        self.name, self.calls = name, calls

    def request(self, flow: object) -> None:
        self.calls.append(f"{self.name} request")


class Waiting(Noted):
    async def request(self, flow: object) -> None:  # type: ignore[override]
        self.calls.append(f"{self.name} waits")


class Broken(Noted):
    def request(self, flow: object) -> None:
        raise ValueError("secret")


async def manager(*addons: object) -> Any:
    found: Any = Master(Options()).addons
    found.add(*addons)
    dispatch.call_directly(found)
    return found


async def test_hooks_are_called_in_the_order_of_the_add_ons_and_waited_for() -> None:
    calls: list[str] = []
    inner = Noted("c", calls)
    found = await manager(
        Noted("a", calls), Waiting("b", calls), SimpleNamespace(name="group", addons=[inner])
    )
    await found.handle_lifecycle(HttpRequestHook(tflow.tflow()))
    assert calls == ["a request", "b waits", "c request"]


async def test_a_hook_that_fails_stops_no_other_and_its_text_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[str] = []
    found = await manager(Broken("a", calls), Noted("b", calls))
    with caplog.at_level(logging.ERROR):
        await found.handle_lifecycle(HttpRequestHook(tflow.tflow()))
    assert calls == ["b request"]
    assert "hook request failed (ValueError)" in caplog.text
    assert "secret" not in caplog.text


async def test_other_events_go_mitmproxy_s_way() -> None:
    seen: list[str] = []
    found = await manager(SimpleNamespace(name="a", running=lambda: seen.append("running")))
    await found.trigger_event(hooks.RunningHook())
    await found.handle_lifecycle(HttpResponseHook(tflow.tflow()))
    assert seen == ["running"]


async def test_whoever_wants_every_update_gets_it() -> None:
    seen: list[str] = []
    found = await manager(SimpleNamespace(name="a", update=lambda flows: seen.append("update")))
    await found.handle_lifecycle(HttpRequestHook(tflow.tflow()))
    assert seen == ["update"]


def test_the_server_asks_the_manager_for_each_event() -> None:
    assert "handle_lifecycle" in mode_servers.ProxyConnectionHandler.handle_hook.__code__.co_names
    assert hasattr(AddonManager, "handle_lifecycle")
