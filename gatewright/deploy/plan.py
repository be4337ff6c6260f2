"""What a deployment would do, step by step, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from gatewright.deploy import codes
from gatewright.deploy.entities import LOCK, Desired, Key, Kind, Live, LiveState
from gatewright.diagnostics import Diagnostic


class Action(StrEnum):
    """What happens to an entity."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNCHANGED = "unchanged"
    ORPHANED = "orphaned"
    FOREIGN = "foreign"


WRITES = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE})


@dataclass(frozen=True, slots=True)
class Step:
    """One entity and what happens to it.

    Attributes:
        action: what happens.
        key: to which entity.
        desired: how it shall be; None for what is deleted or left alone.
        live: how it is; None for what is created.
        clash: it is foreign and has the id of one of ours: nothing can be deployed.
    """

    action: Action
    key: Key
    desired: Desired | None = None
    live: Live | None = None
    clash: bool = False

    @property
    def method(self) -> str:
        """The HTTP method of a step that writes."""
        if self.action is Action.DELETE:
            return "DELETE"
        keeps_keys = self.key.kind is Kind.SUBSCRIPTION and self.action is Action.UPDATE
        return "PATCH" if keeps_keys else "PUT"


@dataclass(frozen=True, slots=True)
class Plan:
    """Every step, in the order in which it is done."""

    steps: tuple[Step, ...]

    @property
    def writes(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.action in WRITES)

    def calls(self) -> tuple[tuple[str, str], ...]:
        """Method and path of every write, the lock's two included; none at all where nothing changes."""
        made = [(step.method, step.key.path) for step in self.writes]
        lock = ("PUT", LOCK.path)
        return (lock, *made, lock) if made else ()

    def count(self, action: Action) -> int:
        """How many steps do this."""
        return sum(step.action is action for step in self.steps)

    def faults(self) -> Iterator[Diagnostic]:
        """Why it cannot be applied: entities that have an id of ours and are not ours."""
        for step in self.steps:
            if step.clash:
                message = f"{step.key.path} exists and carries no mark of Gatewright"
                hint = f"rename it, or take it over with --adopt {step.key.path}"
                yield codes.NOT_OURS.at(None, message, hint=hint)

    def warnings(self) -> Iterator[Diagnostic]:
        """What stays dangerous: subscriptions that nobody configures any more, whose keys still work."""
        left = [
            step.key.path
            for step in self.steps
            if step.action is Action.ORPHANED
            and step.key.kind is Kind.SUBSCRIPTION
            and step.live is not None
            and step.live.normal.get("state") == "active"
        ]
        if left:
            message = f"keys of tenants that are not configured still open the gateway: {', '.join(left)}"
            yield codes.KEYS_OPEN.at(None, message, hint="--prune deletes what is no longer configured")


def plan(
    desired: tuple[Desired, ...], live: LiveState, *, prune: bool = False, adopt: Collection[str] = ()
) -> Plan:
    """Compares what shall be with what is.

    Args:
        desired: every entity of the bundle.
        live: what the service holds.
        prune: delete what is ours and no longer configured; otherwise it is listed.
        adopt: paths of foreign entities that become ours.
    """
    wanted = {item.key for item in desired}
    steps = [_step(item, live, adopt) for item in sorted(desired, key=lambda item: item.key.order)]
    rest = [item for key, item in live.entities.items() if key not in wanted]
    moved = {key.path for key in wanted}  # a backend that becomes a pool keeps its path
    gone = [item for item in rest if item.ours and item.key.path not in moved]
    vanished = {item.key for item in gone}
    orphans = [
        Step(Action.DELETE if prune else Action.ORPHANED, item.key, None, item)
        for item in sorted(gone, key=lambda item: item.key.order, reverse=True)
        if not _goes_with_parent(item.key, vanished)
    ]
    strangers = [Step(Action.FOREIGN, item.key, None, item) for item in rest if not item.ours]
    return Plan((*steps, *orphans, *sorted(strangers, key=lambda step: step.key.order)))


def _step(item: Desired, live: LiveState, adopt: Collection[str]) -> Step:
    found = live.get(item.key) or _other_kind(item.key, live)
    if found is None:
        return Step(Action.CREATE, item.key, item)
    is_part = item.key.parent is not None
    if not (found.ours or is_part or item.key.path in adopt):
        return Step(Action.FOREIGN, item.key, item, found, clash=True)
    same = found.fingerprint == item.fingerprint or _is_hidden_value(item, found)
    unmarked = not found.ours and not is_part
    return Step(Action.UNCHANGED if same and not unmarked else Action.UPDATE, item.key, item, found)


def _other_kind(key: Key, live: LiveState) -> Live | None:
    """A backend that shall be a pool, or the other way round, is one entity."""
    other = {Kind.BACKEND: Kind.POOL, Kind.POOL: Kind.BACKEND}.get(key.kind)
    return live.get(Key(other, key.ids)) if other else None


def _is_hidden_value(item: Desired, found: Live) -> bool:
    """Azure may keep a named value's text to itself; then the stamp says what it is."""
    hidden = item.key.kind is Kind.NAMED_VALUE and "value" in item.properties
    rest = {name: value for name, value in found.normal.items() if name != "value"}
    return (
        hidden
        and found.normal.get("value") is None
        and found.stamp == item.fingerprint
        and rest["displayName"] == item.properties["displayName"]
        and rest["secret"] == item.properties["secret"]
    )


def _goes_with_parent(key: Key, vanished: set[Key]) -> bool:
    parent = key.parent
    return parent is not None and (parent in vanished or _goes_with_parent(parent, vanished))
