"""Three-way comparison: the bundle, what the last deployment wrote (its stamp), and what is there."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gatewright.deploy.entities import DOCUMENTS, Desired, Key, Live, Properties
from gatewright.deploy.normal import normal
from gatewright.deploy.plan import Action, Plan, Step


class Difference(StrEnum):
    """How an entity differs."""

    MISSING = "missing"  # configured, not there
    EDITED = "edited"  # not what the last deployment wrote; the configuration has not moved since
    BEHIND = "behind"  # what the last deployment wrote; the configuration has moved on
    BOTH = "edited-and-behind"  # edited, and the configuration has moved on
    DIFFERENT = "different"  # differs, and carries no trace of the last deployment
    ORPHANED = "orphaned"  # ours, no longer configured
    FOREIGN = "foreign"  # not ours, inside an entity of ours or under an id of ours


@dataclass(frozen=True, slots=True)
class Drift:
    """One entity that differs.

    Attributes:
        key: which entity.
        difference: how.
        diff: unified diff from configured to live, in the form for comparison; empty where there is none.
    """

    key: Key
    difference: Difference
    diff: str = ""


def drift(plan: Plan) -> Iterator[Drift]:
    """What differs, in the order of the plan.

    Args:
        plan: of the bundle against the service, without prune.
    """
    for step in plan.steps:
        match step.action:
            case Action.UNCHANGED:
                continue
            case Action.CREATE:
                yield Drift(step.key, Difference.MISSING)
            case Action.ORPHANED | Action.DELETE:
                yield Drift(step.key, Difference.ORPHANED)
            case _ if step.desired is None:
                yield Drift(step.key, Difference.FOREIGN)
            case _:
                yield _changed(step)


def _changed(step: Step) -> Drift:
    assert step.desired is not None  # an update has both sides
    assert step.live is not None
    difference = Difference.FOREIGN if step.clash else _difference(step.desired, step.live)
    return Drift(step.key, difference, _diff(step.desired, step.live))


def _difference(wanted: Desired, found: Live) -> Difference:
    if found.stamp is None:
        return Difference.DIFFERENT
    if found.stamp == wanted.fingerprint:
        return Difference.EDITED
    return Difference.BEHIND if found.stamp == found.fingerprint else Difference.BOTH


def _diff(wanted: Desired, found: Live) -> str:
    left = _lines(wanted.key, normal(wanted.key, wanted.properties))
    right = _lines(found.key, found.normal)
    name = wanted.key.path
    return "".join(difflib.unified_diff(left, right, f"configured/{name}", f"live/{name}"))


def _lines(key: Key, form: Properties) -> list[str]:
    rest = {name: value for name, value in form.items() if name != "value" or key.kind not in DOCUMENTS}
    text = json.dumps(rest, indent=2, ensure_ascii=False) + "\n" if rest else ""
    if key.kind in DOCUMENTS:
        text += str(form.get("value", ""))
    return text.splitlines(keepends=True)
