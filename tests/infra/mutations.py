"""Damage to infra/, twenty-five kinds of it, and how much of it the checks find.

`python -m tests.infra.mutations` damages places of each kind that a fixed seed chooses,
and needs Azure's types under GATEWRIGHT_TEST_DATA. Exit status 1 when less than 97 % is found.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gatewright.infra.check import check_texts
from gatewright.infra.resource_types import ResourceTypes
from tests.infra.damage import KINDS
from tests.infra.sources import Sources, sources

SEED = 20261125
PER_KIND = 60
WANTED = 0.97
UNDAMAGED = ["INF036"]
"""Azure's types at hand do not describe policy assignments: their body is not checked, and that is told."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One damage: what kind, in which file, and the file's new text."""

    kind: str
    file: str
    line: int
    text: str


def mutations(own: Sources, per_kind: int = PER_KIND, seed: int = SEED) -> Iterator[Mutation]:
    """Every kind of damage at places chosen by the seed."""
    chooser = random.Random(seed)
    for kind, damage in KINDS.items():
        found = [
            Mutation(kind, file, line, text)
            for file, source in own.bicep.items()
            for line, text in damage(source, file)
            if text != source
        ]
        yield from chooser.sample(found, min(per_kind, len(found)))


def is_found(own: Sources, mutation: Mutation, types: ResourceTypes) -> bool:
    """Whether the checks find a damage."""
    damaged = replace(own, bicep={**own.bicep, mutation.file: mutation.text})
    return any(item.is_error for item in check_texts(damaged.bicep, damaged.texts, types))


def main() -> int:
    """Runs all and prints a table."""
    root = Path(__file__).resolve().parents[2]
    types = ResourceTypes(Path(os.environ["GATEWRIGHT_TEST_DATA"]) / "schemas" / "bicep-types")
    own = sources(root)
    undamaged = own.codes(types)
    if undamaged != UNDAMAGED:
        print(f"the undamaged files have faults: {undamaged}")
        return 1
    counts: dict[str, list[int]] = {kind: [0, 0] for kind in KINDS}
    for mutation in mutations(own):
        found = is_found(own, mutation, types)
        counts[mutation.kind][0] += found
        counts[mutation.kind][1] += 1
        if not found:
            print(f"not found: {mutation.kind}, {mutation.file}:{mutation.line}")
    for kind, (good, made) in counts.items():
        print(f"{kind:16} {good:4} of {made}")
    total, made = (sum(pair[i] for pair in counts.values()) for i in (0, 1))
    print(f"{'all':16} {total:4} of {made} = {total / made:.1%}")
    return 0 if total / made >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
