"""What mitmproxy does slowly for each request or chunk, done faster, with the same outcome.

Each function replaces a method of mitmproxy, for the life of the process. Sources: the installed mitmproxy
11.0.2 (Python 3.11) and 12.2.3 (Python 3.13), read and run 2026-11; `benchmarks/proxy.py` measures.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterator
from functools import lru_cache

import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
import mitmproxy.proxy.server as server
from mitmproxy import http
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import _events as http_events
from mitmproxy.proxy.layers.http import _hooks as http_hooks

from proxy_addon import dispatch
from proxy_addon.compat import interim, lane, lean
from proxy_addon.compat.replacing import replace

_HANDLE_EVENT = http_layer.HttpStream._handle_event
_CHECK_BODY_SIZE = http_layer.HttpStream.check_body_size
_SEND_REQUEST = http1_layer.Http1Client.send
_SEND_ANSWER = http1_layer.Http1Server.send
_DRAIN: Callable[[server.ConnectionHandler], Awaitable[None]] = server.ConnectionHandler.drain_writers
_READ_ANSWER = http1_layer.Http1Client.read_headers

_Commands = Generator[commands.Command, object, None]
_Sent = Iterator[commands.Command]


def install(body_limit: int) -> None:
    """All of them but `call_in_place`, which needs the hooks."""
    check_sizes_fast(body_limit)
    look_up_fast()
    check_messages_lightly()
    send_heads_with_bodies()
    wait_only_for_full_buffers()
    lane.install()
    lean.install()


def check_sizes_fast(limit: int) -> None:
    """Lets a body that is within the limit pass without mitmproxy's own look at options and headers.

    That look costs a twentieth of a small request. Any other body is judged by mitmproxy as before.
    """

    def check_body_size(
        self: http_layer.HttpStream, request: bool
    ) -> Generator[commands.Command, object, bool]:
        if _within(self, request, limit):
            return False
        over: bool = yield from _CHECK_BODY_SIZE(self, request)
        return over

    replace(http_layer.HttpStream, "check_body_size", check_body_size)


def _within(stream: http_layer.HttpStream, request: bool, limit: int) -> bool:
    """Whether what is known of a body's size, received or stated, is within the limit."""
    received = len(stream.request_body_buf if request else stream.response_body_buf)
    if received:
        return received <= limit
    message = stream.flow.request if request else stream.flow.response
    if message is None:
        return False
    stated = [value for name, value in message.headers.fields if name.lower() == b"content-length"]
    return all(len(value) < 16 and value.isdigit() and int(value) <= limit for value in stated)


_DUE: dict[type[commands.Command], str] = {
    http_hooks.HttpRequestHeadersHook: "requestheaders",
    http_hooks.HttpRequestHook: "request",
    http_hooks.HttpResponseHeadersHook: "responseheaders",
    http_hooks.HttpResponseHook: "response",
    http_hooks.HttpErrorHook: "error",
}
_BODY = (http_events.RequestData, http_events.ResponseData)


def call_in_place(table: dispatch.Table) -> None:
    """Calls the hooks that wait for nothing where they are due, instead of in a task of their own.

    A task for each hook of each request, and the way of its completion back through all layers, is a fifth
    of what a small request costs. Hooks that wait, and those of body chunks, go mitmproxy's way.
    """
    ready = dispatch.without_waiting(table)
    due = {hook: (name, ready[name]) for hook, name in _DUE.items() if name in ready}

    def handled(stream: http_layer.HttpStream, found: _Commands) -> _Commands:
        reply: object = None
        while True:
            try:
                command = found.send(reply)
            except StopIteration:
                return
            known = due.get(type(command))
            if known is None:
                reply = yield command
                if type(command) is http_layer.DropStream:
                    lean.let_go(stream)
                continue
            flow: http.HTTPFlow = command.flow  # type: ignore[attr-defined]  # these hooks have one
            if flow.metadata:  # see `compat.let_wait`
                reply = yield command
            else:
                dispatch.call_now(*known, flow)
                reply = None

    def handle_event(self: http_layer.HttpStream, event: events.Event) -> _Commands:
        found = _HANDLE_EVENT(self, event)
        return found if isinstance(event, _BODY) else handled(self, found)

    replace(http_layer.HttpStream, "_handle_event", handle_event)


def wait_only_for_full_buffers() -> None:
    """Passes the wait for writers whose bytes have all been taken, which is nearly always so.

    mitmproxy takes a lock and asks every writer, behind everything that it reads.
    """

    async def drain_writers(self: server.ConnectionHandler) -> None:
        if not all(_taken(io.writer) for io in self.transports.values()):
            await _DRAIN(self)

    replace(server.ConnectionHandler, "drain_writers", drain_writers)


def _taken(writer: object) -> bool:
    transport = getattr(writer, "transport", None)
    if transport is None:
        return writer is None
    return not transport.is_closing() and transport.get_write_buffer_size() == 0


def look_up_fast() -> None:
    """Lets headers be looked up in one pass over their fields; the answers stay what they were.

    mitmproxy calls a function for every field and asks for the framing with every chunk of a stream.
    """
    headers = http.Headers
    for name, method in (("get_all", _get_all), ("__getitem__", _joined), ("get", _joined_or)):
        replace(headers, name, method)
    replace(headers, "__contains__", _has)


def check_messages_lightly() -> None:
    """Leaves out the check of every message's field types that mitmproxy makes unless Python runs with -O."""
    for message in (http.RequestData, http.ResponseData):
        replace(message, "__post_init__", _unchecked)


def _unchecked(self: object) -> None:
    """What stands in the place of the check."""


@lru_cache(256)
def _wanted(name: str | bytes) -> bytes:
    return (name.encode("utf-8", "surrogateescape") if isinstance(name, str) else name).lower()


def _get_all(self: http.Headers, name: str | bytes) -> list[str]:
    wanted = _wanted(name)
    size = len(wanted)
    return [
        value.decode("utf-8", "surrogateescape")
        for key, value in self.fields
        if len(key) == size and key.lower() == wanted
    ]


def _joined(self: http.Headers, name: str | bytes) -> str:
    values = _get_all(self, name)
    if not values:
        raise KeyError(name)
    return ", ".join(values)


def _joined_or(self: http.Headers, name: str | bytes, default: object = None) -> object:
    values = _get_all(self, name)
    if len(values) == 1:
        return values[0]
    return ", ".join(values) if values else default


def _has(self: http.Headers, name: object) -> bool:
    return isinstance(name, str | bytes) and bool(_get_all(self, name))


class _Held:
    """The head of a message that waits for the first bytes of its body, which are known to come at once."""

    def __init__(self) -> None:
        self.head: commands.SendData | None = None

    def take(self, found: _Sent) -> _Sent:
        """Commands of a layer that sends a head: the head is kept."""
        for command in found:
            if isinstance(command, commands.SendData):
                yield from self.rest()
                self.head = command
            else:
                yield command

    def join(self, found: _Sent) -> _Sent:
        """Commands of a layer, the head in one piece with what is sent first, and in front of all else."""
        for command in found:
            head = self.head
            if isinstance(command, commands.SendData) and head and command.connection is head.connection:
                self.head = None
                command.data = head.data + command.data
            else:
                yield from self.rest()
            yield command
        yield from self.rest()

    def rest(self) -> _Sent:
        """The head, where it still waits."""
        head, self.head = self.head, None
        if head is not None:
            yield head


def send_heads_with_bodies() -> None:
    """Sends head and body in one piece where both are there: two system calls less for a small request.

    A request's body is complete before its head is sent. An answer's head waits only while the bytes that
    came with it are worked through.
    """
    upstream, client, arriving = _Held(), _Held(), False

    def to_upstream(self: http1_layer.Http1Client, event: http_events.HttpEvent) -> _Sent:
        found = _SEND_REQUEST(self, event)
        if isinstance(event, http_events.RequestHeaders) and not event.end_stream:
            return upstream.take(found)
        return upstream.join(found) if upstream.head is not None else found

    def to_client(self: http1_layer.Http1Server, event: http_events.HttpEvent) -> _Sent:
        found = _SEND_ANSWER(self, event)
        if arriving and isinstance(event, http_events.ResponseHeaders):
            return client.take(found)
        return client.join(found) if client.head is not None else found

    def read_headers(self: http1_layer.Http1Client, event: events.ConnectionEvent) -> _Sent:
        nonlocal arriving
        if isinstance(event, events.DataReceived) and self.request:
            interim.pass_over(self)
        arriving = True
        try:
            yield from _READ_ANSWER(self, event)
        finally:
            arriving, left = False, client.rest()
        yield from left

    replace(http1_layer.Http1Client, "send", to_upstream)
    replace(http1_layer.Http1Server, "send", to_client)
    replace(http1_layer.Http1Client, "read_headers", read_headers)
