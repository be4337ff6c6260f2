"""Flow hooks called directly: add-ons are asked for their hooks once, not for every hook of every request.

mitmproxy walks all add-ons for each hook, and once more for an `update` that nobody here takes; that is a
tenth of what a small request costs. What happens stays the same: the same functions, in the order of the
add-ons, a failure of one logged and the next one called. All other events go mitmproxy's way.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Protocol

log = logging.getLogger("gatewright.proxy")

HOOKS = ("requestheaders", "request", "responseheaders", "response", "error")

_Hook = Callable[[object], Awaitable[None] | None]
Table = Mapping[str, tuple[_Hook, ...]]
"""For each of `HOOKS`, what is called, in the order of the add-ons."""


class Event(Protocol):
    """A hook that is due; flow hooks also have `flow`."""

    name: str


class Manager(Protocol):
    """mitmproxy's add-on manager, as far as it is used; see `compat.load`."""

    chain: list[object]
    handle_lifecycle: Callable[[Event], Awaitable[None]]


def call_directly(manager: Manager) -> Table:
    """From now on flow hooks are called directly. Called once all add-ons are loaded; later ones get none.

    Returns:
        What is called; nothing where mitmproxy goes on to call the hooks, because an add-on wants updates.
    """
    addons = [each for addon in manager.chain for each in _with_inner(addon)]
    if any(_hook(addon, "update") for addon in addons):
        return {}
    usual = manager.handle_lifecycle
    table = {name: tuple(hook for addon in addons if (hook := _hook(addon, name))) for name in HOOKS}

    async def handle_lifecycle(event: Event) -> None:
        hooks = table.get(event.name)
        if hooks is None:
            await usual(event)
            return
        flow: object = event.flow  # type: ignore[attr-defined]  # every flow hook has one
        for hook in hooks:
            try:
                waits = hook(flow)
                if waits is not None:
                    await waits
            except Exception as failure:
                log.error("hook %s failed (%s)", event.name, type(failure).__name__)

    manager.handle_lifecycle = handle_lifecycle
    return table


def without_waiting(table: Table) -> Table:
    """The hooks of which none waits for anything: those can be called where they are due."""
    return {
        name: hooks for name, hooks in table.items() if not any(inspect.iscoroutinefunction(h) for h in hooks)
    }


def call_now(name: str, hooks: tuple[_Hook, ...], flow: object) -> None:
    """Calls hooks that wait for nothing; a failure of one is logged and the next one called."""
    for hook in hooks:
        try:
            hook(flow)
        except Exception as failure:
            log.error("hook %s failed (%s)", name, type(failure).__name__)


def _hook(addon: object, name: str) -> _Hook | None:
    hook: _Hook | None = getattr(addon, name, None)
    return hook if callable(hook) else None


def _with_inner(addon: object) -> Iterator[object]:
    """An add-on and those it brings along."""
    yield addon
    for inner in getattr(addon, "addons", ()):
        yield from _with_inner(inner)
