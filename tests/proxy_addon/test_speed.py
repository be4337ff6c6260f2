"""What is done faster than mitmproxy does it has the same outcome, in the installed version."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.options import Options
from mitmproxy.proxy import commands, context, events
from mitmproxy.proxy.layers.http import _events as http_events
from mitmproxy.proxy.layers.http import _hooks as http_hooks
from mitmproxy.test import tflow

from proxy_addon.compat import speed

NAMES = st.sampled_from([b"a", b"A", b"b-c", b"B-C", b"transfer-encoding", b"\xff", b""])
FIELDS = st.lists(st.tuples(NAMES, st.binary(max_size=3)), max_size=6)
ASKED = st.one_of(NAMES, NAMES.map(lambda name: name.decode("utf-8", "surrogateescape").upper()))
LOOK_UPS = ("get_all", "__getitem__", "get", "__contains__")
OF_MITMPROXY = {name: getattr(http.Headers, name) for name in LOOK_UPS}


def outcome(call: Any, *arguments: object) -> object:
    try:
        return call(*arguments)
    except KeyError as missing:
        return missing.args


@given(FIELDS, ASKED)
def test_headers_answer_as_mitmproxy_s_own(fields: list[tuple[bytes, bytes]], name: str | bytes) -> None:
    headers = http.Headers(fields)
    wanted = [outcome(OF_MITMPROXY[method], headers, name) for method in LOOK_UPS]
    defaulted = OF_MITMPROXY["get"](headers, name, "none")
    speed.look_up_fast()
    assert [outcome(getattr(http.Headers, method), headers, name) for method in LOOK_UPS] == wanted
    assert headers.get(name, "none") == defaulted


def test_messages_are_made_without_the_check_of_their_types() -> None:
    arguments: Any = dict.fromkeys(inspect.signature(http.ResponseData).parameters)
    with pytest.raises(TypeError):
        http.ResponseData(**arguments)
    speed.check_messages_lightly()
    assert http.ResponseData(**arguments).headers is None


class Seen:
    """An add-on's hooks, sync or waiting."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def request(self, flow: object) -> None:
        self.calls.append("request")

    def broken(self, flow: object) -> None:
        raise ValueError("secret")

    async def waits(self, flow: object) -> None:
        self.calls.append("waits")


def handled(monkeypatch: pytest.MonkeyPatch, table: dict[str, Any], *hooks: object) -> list[object]:
    """What a stream whose own code calls these hooks leaves to mitmproxy."""

    def original(self: object, event: object) -> Iterator[object]:
        yield from hooks

    monkeypatch.setattr(speed, "_HANDLE_EVENT", original)
    speed.call_in_place(table)
    stream: Any = SimpleNamespace()
    return list(http_layer.HttpStream._handle_event(stream, events.Start()))


def test_hooks_that_wait_for_nothing_are_called_where_they_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, flow = Seen(), tflow.tflow()
    hooks = (
        http_hooks.HttpRequestHook(flow),
        http_hooks.HttpResponseHook(flow),
        http_hooks.HttpErrorHook(flow),
    )
    table = {"request": (seen.broken, seen.request), "response": (seen.waits,)}
    assert handled(monkeypatch, table, *hooks) == [hooks[1], hooks[2]]
    assert seen.calls == ["request"]


def layers() -> tuple[http1_layer.Http1Client, http1_layer.Http1Server]:
    both = context.Context(tflow.tclient_conn(), Options())
    both.server = tflow.tserver_conn()
    return http1_layer.Http1Client(both), http1_layer.Http1Server(both)


def sent(found: Iterator[commands.Command]) -> list[bytes]:
    return [one.data for one in found if isinstance(one, commands.SendData)]


def request(body: bytes) -> http.Request:
    return http.Request.make("POST", "http://a.example/p", body)


def test_a_request_leaves_in_one_piece() -> None:
    speed.send_heads_with_bodies()
    client, _ = layers()
    assert sent(client.send(http_events.RequestHeaders(1, request(b"{}"), False))) == []
    (whole,) = sent(client.send(http_events.RequestData(1, b"{}")))
    assert whole.startswith(b"POST /p HTTP/1.1\r\n")
    assert whole.endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize("body_follows", [True, False])
def test_a_head_without_a_body_leaves_too(body_follows: bool) -> None:
    speed.send_heads_with_bodies()
    client, _ = layers()
    first = sent(client.send(http_events.RequestHeaders(1, request(b""), not body_follows)))
    last = sent(client.send(http_events.RequestEndOfMessage(1)))
    assert [len(first), len(last)] == ([0, 1] if body_follows else [1, 0])
    assert (first + last)[0].startswith(b"POST /p HTTP/1.1\r\n")


@pytest.mark.parametrize(("with_body", "pieces"), [(True, 1), (False, 1)])
def test_an_answer_s_head_waits_only_for_what_came_with_it(
    monkeypatch: pytest.MonkeyPatch, with_body: bool, pieces: int
) -> None:
    client, server = layers()
    head = http_events.ResponseHeaders(1, http.Response.make(200, b"", {"content-length": "2"}), False)

    def read_headers(self: object, event: object) -> Iterator[commands.Command]:
        yield from server.send(head)
        if with_body:
            yield from server.send(http_events.ResponseData(1, b"ok"))

    monkeypatch.setattr(speed, "_READ_ANSWER", read_headers)
    speed.send_heads_with_bodies()
    found = sent(client.read_headers(events.Start()))  # type: ignore[arg-type]
    assert len(found) == pieces
    assert found[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert found[0].endswith(b"ok") is with_body
    assert sent(server.send(http_events.ResponseData(1, b"later"))) == [b"later"]


def test_an_answer_that_comes_later_is_not_held() -> None:
    speed.send_heads_with_bodies()
    _, server = layers()
    head = http_events.ResponseHeaders(1, http.Response.make(200, b""), False)
    assert len(sent(server.send(head))) == 1


@pytest.mark.parametrize(
    ("field", "received", "within"),
    [
        ((b"Content-Length", b"10"), 0, True),
        ((b"content-length", b"11"), 0, False),
        ((b"content-length", b"+1"), 0, False),
        ((b"content-length", b"1" * 99), 0, False),
        ((b"transfer-encoding", b"chunked"), 0, True),
        ((b"transfer-encoding", b"chunked"), 10, True),
        ((b"transfer-encoding", b"chunked"), 11, False),
    ],
)
def test_a_body_within_the_limit_is_not_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, field: tuple[bytes, bytes], received: int, within: bool
) -> None:
    assert list(inspect.signature(http_layer.HttpStream.check_body_size).parameters) == ["self", "request"]
    asked: list[bool] = []

    def original(self: object, request: bool) -> Iterator[object]:
        asked.append(request)
        yield from ()

    monkeypatch.setattr(speed, "_CHECK_BODY_SIZE", original)
    speed.check_sizes_fast(10)
    one = tflow.tflow()
    one.request.headers.fields = (field,)
    stream: Any = SimpleNamespace(flow=one, request_body_buf=b"x" * received, response_body_buf=b"")
    list(http_layer.HttpStream.check_body_size(stream, True))
    assert asked == ([] if within else [True])
