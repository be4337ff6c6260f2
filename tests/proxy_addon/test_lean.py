"""What is held smaller than by mitmproxy does what it did, in the installed version, and goes at once."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Any

import mitmproxy.proxy.layers.http as http_layer
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.proxy import commands, context, events, layer
from mitmproxy.proxy.layers.http import _events as http_events
from mitmproxy.test import tflow
from mitmproxy.utils import asyncio_utils

from proxy_addon.compat import lean, speed
from tests.proxy_addon.layered import Exchange, cut, whole


def around() -> context.Context:
    found = context.Context(tflow.tclient_conn(), Options())
    found.server = tflow.tserver_conn()
    return found


def test_a_context_is_copied_as_mitmproxy_copies_it() -> None:
    one = around()
    layer.NextLayer(one)
    usual = one.fork()
    lean.fork_fast()
    ours = one.fork()
    assert type(ours) is context.Context
    assert vars(ours) == vars(usual)
    assert ours.layers is not one.layers


@given(st.lists(st.one_of(st.none(), st.binary(max_size=1)), max_size=12))
def test_waiting_events_come_in_their_order(steps: list[bytes | None]) -> None:
    """A step adds an event, or takes the first one."""
    ours, model = lean._Events(), deque[events.Event]()
    for step in steps:
        if step is not None:
            event = events.DataReceived(tflow.tclient_conn(), step)
            ours.append(event)
            model.append(event)
        elif model:
            assert ours.popleft() is model.popleft()
        else:
            with pytest.raises(IndexError):
                ours.popleft()
        assert list(ours) == list(model)
        assert bool(ours) is bool(model)


class Asks(layer.Layer):
    """Waits for the reply to a command at its start, and says what it is given then."""

    def __init__(self, around: context.Context) -> None:
        super().__init__(around)
        self.seen: list[bytes] = []

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            yield commands.OpenConnection(self.context.server)
        elif isinstance(event, events.DataReceived):
            self.seen.append(event.data)


def test_a_layer_that_waits_gets_what_came_meanwhile() -> None:
    lean.queue_lightly()
    one = around()
    asking = Asks(one)
    assert one.layers == [asking]
    (command,) = asking.handle_event(events.Start())
    assert isinstance(command, commands.OpenConnection)
    for data in (b"a", b"b"):
        assert list(asking.handle_event(events.DataReceived(one.client, data))) == []
    assert asking.seen == []
    assert list(asking.handle_event(events.OpenConnectionCompleted(command, None))) == []
    assert asking.seen == [b"a", b"b"]


HOOKS = ("requestheaders", "request", "responseheaders", "response", "error")


def through(flow_or_data: Any) -> Any:
    """As a hook it streams the answer, through itself."""
    if isinstance(flow_or_data, HTTPFlow) and flow_or_data.response is not None:
        flow_or_data.response.stream = through
    return flow_or_data


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("closes", [False, True], ids=["whole", "broken off"])
@pytest.mark.parametrize("ours", [False, True], ids=["as mitmproxy does", "let go"])
def test_an_exchange_that_is_over_is_gone_without_the_collector(
    options: Options, *, ours: bool, closes: bool
) -> None:
    if ours:
        speed.check_messages_lightly()  # else a traceback of that check holds it in mitmproxy 12
        speed.call_in_place({name: (through,) for name in HOOKS})
    exchange = Exchange(options, through)
    (stream,) = exchange.layer.streams.values()
    gone = [weakref.ref(stream), weakref.ref(stream.flow)]
    del stream
    text = whole("length", [b"abc"])
    exchange.answer(cut(text[:-1] if closes else text, [len(text) - 2]), closes=closes)
    assert exchange.layer.streams == {}
    assert [one() is None for one in gone] == [ours, ours]


def test_an_exchange_that_waits_or_has_become_a_websocket_is_kept_whole() -> None:
    one = around()
    stream = http_layer.HttpStream(one, 1)
    for name in ("child_layer", "_paused"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stream, name, object())
            lean.let_go(stream)
        assert stream.client_state == stream.state_uninitialized
    lean.let_go(stream)
    lean.let_go(stream)
    assert one.layers == []
    assert list(stream.client_state(http_events.RequestEndOfMessage(1))) == []


def test_a_task_keeps_its_name() -> None:
    async def named() -> tuple[str, bool]:
        task = asyncio.create_task(asyncio.sleep(0))
        asyncio_utils.set_task_debug_info(task, name="reader", client=("127.0.0.1", 1))
        await task
        return task.get_name(), hasattr(task, "client")

    lean.name_tasks_only()
    assert asyncio.run(named()) == ("reader", False)
