"""What mitmproxy holds in memory for each connection and exchange, held smaller, and no longer than needed.

A silent stream takes a sixth less, and the collector of cyclic garbage finds next to nothing: without this
it has to look for the 20 KB of every exchange, and 10 to 20 MB of a busy process are what it has not found.

Each function replaces a method of mitmproxy, for the life of the process. Sources: mitmproxy 11.0.2 and
12.2.3, `proxy/{layer,context}.py`, `proxy/layers/http/__init__.py`, `utils/asyncio_utils.py` (2026-11);
`benchmarks/proxy.py` measures.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

import mitmproxy.proxy.layers.http as http_layer
from mitmproxy.proxy import context, events, layer
from mitmproxy.utils import asyncio_utils

from proxy_addon.compat.replacing import replace


def install() -> None:
    """All of them but `let_go`, which is for who passes an exchange's commands on."""
    fork_fast()
    queue_lightly()
    name_tasks_only()


def let_go(stream: http_layer.HttpStream) -> None:
    """Cuts the ways by which an exchange that is over leads back to itself.

    What is left goes at once, with the flow, both messages and all that was metered; otherwise some twenty
    kilobytes of each exchange would wait for the garbage collector.
    """
    if stream.child_layer is None and stream._paused is None:
        stream.client_state = stream.server_state = _over
        if stream.context.layers[-1:] == [stream]:
            stream.context.layers.pop()


def _over(event: events.Event) -> layer.CommandGenerator[None]:
    yield from ()


def fork_fast() -> None:
    """Lets a layer's context be copied without the server connection that mitmproxy makes for nothing."""

    def fork(self: context.Context) -> context.Context:
        copied: context.Context = object.__new__(context.Context)
        copied.client, copied.server, copied.options = self.client, self.server, self.options
        copied.layers = self.layers.copy()
        return copied

    replace(context.Context, "fork", fork)


class _Events:
    """Events that wait for a layer to go on: a queue that takes no room before there is one."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: deque[events.Event] | None = None

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __iter__(self) -> Iterator[events.Event]:
        return iter(self._waiting or ())

    def append(self, event: events.Event) -> None:
        """One more."""
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(event)

    def popleft(self) -> events.Event:
        """The one that came first."""
        if not self._waiting:
            raise IndexError("no event waits")
        return self._waiting.popleft()


def queue_lightly() -> None:
    """Gives layers a queue when they need one; mitmproxy's take 700 bytes for each layer of a connection."""

    def init(self: layer.Layer, around: context.Context) -> None:
        self.context = around
        self._paused = None
        self._paused_event_queue = _Events()  # type: ignore[assignment]  # it has what is used of a deque
        around.layers.append(self)

    replace(layer.Layer, "__init__", init)


def name_tasks_only() -> None:
    """Leaves out what mitmproxy's own debugging shows of a task: how old it is, and for which client."""

    def name_task(task: asyncio.Task[object], *, name: str, client: object = None) -> None:
        task.set_name(name)

    replace(asyncio_utils, "set_task_debug_info", name_task)
