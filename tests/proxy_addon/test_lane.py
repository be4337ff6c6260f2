"""The short way of a streamed answer sends what mitmproxy's own way sends, in the installed version."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import mitmproxy.proxy.layers.http as http_layer
import mitmproxy.proxy.layers.http._http1 as http1_layer
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.options import Options
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import _events as http_events

from proxy_addon.compat import lane
from tests.proxy_addon.layered import Exchange, Tap, cut, whole

FRAMES = ("chunked", "length", "close")
TAPS: dict[str, Tap] = {
    "as it came": lambda data: data,
    "in a list": lambda data: [data] if data else [],
    "cut": lambda data: [data[:1], data[1:]] if len(data) > 1 else [data] if data else [],
    "nothing": lambda data: [],
    "more at the end": lambda data: [data] if data else [b"end"],
}


@given(
    frame=st.sampled_from(FRAMES),
    tap=st.sampled_from(list(TAPS)),
    parts=st.lists(st.binary(min_size=1, max_size=6), min_size=1, max_size=4),
    places=st.lists(st.integers(0, 400), max_size=6),
    lost=st.booleans(),
    holds=st.booleans(),
)
def test_the_client_gets_what_mitmproxy_would_send(
    options: Options,
    frame: str,
    tap: str,
    parts: list[bytes],
    places: list[int],
    lost: bool,
    holds: bool,
) -> None:
    """Answers in any pieces, whole or broken off, also those that wait for a hook."""
    text = whole(frame, parts)
    pieces = cut(text[: -len(parts[-1]) - 5] if lost else text, places)
    usual, short = (Exchange(options, TAPS[tap], holds=holds) for _ in range(2))
    usual.answer(pieces, closes=lost or frame == "close")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http1_layer.Http1Client, "read_body", http1_layer.Http1Client.read_body)
        lane.install()
        short.answer(pieces, closes=lost or frame == "close")
    assert short.sent == usual.sent


@pytest.mark.parametrize("holds", [False, True])
def test_pieces_pass_by_the_layer_of_the_exchange_where_it_waits_for_nothing(
    options: Options, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    seen: list[object] = []
    original = http_layer.HttpStream.handle_event

    def handle_event(self: http_layer.HttpStream, event: events.Event) -> Iterator[commands.Command]:
        if isinstance(event, http_events.ResponseData):
            seen.append(event)
        return original(self, event)

    monkeypatch.setattr(http_layer.HttpStream, "handle_event", handle_event)
    lane.install()
    exchange = Exchange(options, TAPS["in a list"], holds=holds)
    text = whole("chunked", [b"abc"] * 9)
    behind = text.index(b"\r\n\r\n") + 4
    exchange.answer(cut(text, [behind, behind + 8, behind + 24]), closes=False)
    assert bool(seen) is holds, seen
    assert b"".join(part for part in exchange.sent if part).count(b"abc") == 9


@pytest.mark.parametrize("lost", [False, True])
def test_nothing_is_kept_of_a_connection_that_is_gone(
    options: Options, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    monkeypatch.setattr(http1_layer.Http1Client, "read_body", http1_layer.Http1Client.read_body)
    lane.install()
    exchange = Exchange(options, TAPS["as it came"])
    text = whole("chunked", [b"abc"] * 9)
    behind = text.index(b"\r\n\r\n") + 4
    exchange.answer(
        cut(text[: behind + 40] if lost else text, [behind, behind + 8, behind + 24]), closes=False
    )
    gone = weakref.ref(exchange.layer)
    del exchange
    gc.collect()
    assert gone() is None
