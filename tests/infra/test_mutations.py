from __future__ import annotations

from collections import Counter

from gatewright.infra.resource_types import ResourceTypes
from tests.infra.damage import KINDS
from tests.infra.mutations import WANTED, is_found, mutations
from tests.infra.sources import Sources


def test_damage_is_found(own: Sources, types: ResourceTypes) -> None:
    """A sample; `python -m tests.infra.mutations` makes more."""
    made = list(mutations(own, per_kind=2))
    missed = [f"{item.kind} {item.file}:{item.line}" for item in made if not is_found(own, item, types)]
    assert set(Counter(item.kind for item in made)) == set(KINDS)
    assert len(missed) <= (1 - WANTED) * len(made), missed
