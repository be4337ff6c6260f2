"""Makes mutations, draws a sample with a fixed seed, and looks whether each is found."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatewright.apim import policyfile
from tests.apim.mutations.corpus import documents
from tests.apim.mutations.edits import Good, Mutation, good
from tests.apim.mutations.operators import OPERATORS

SEED = 20_261_125


@dataclass
class Tally:
    """What became of the mutations of one operator."""

    codes: set[str] = field(default_factory=set)
    made: int = 0
    found: int = 0
    missed: list[Mutation] = field(default_factory=list)


def mutations(count: int, seed: int = SEED) -> list[Mutation]:
    """So many different mutations of good documents, spread evenly over the operators."""
    random_ = random.Random(seed)
    goods = [good(name, text) for name, text in documents()]
    pools = [_pool(goods, operator, random_) for operator in OPERATORS]
    drawn: list[Mutation] = []
    for left, pool in zip(range(len(pools), 0, -1), sorted(pools, key=len), strict=True):
        drawn += pool[: -(-(count - len(drawn)) // left)]
    return drawn


def _pool(goods: list[Good], operator: object, random_: random.Random) -> list[Mutation]:
    assert callable(operator)
    made = {item.text: item for source in goods for item in operator(source, random_)}
    pool = [made[text] for text in sorted(made)]
    random_.shuffle(pool)
    return pool


def is_found(mutation: Mutation) -> bool:
    """Whether one of the right codes stands at one of the right places."""
    right = mutation.positions()
    return any(
        item.code in mutation.codes and item.span and (item.span.line, item.span.column) in right
        for item in policyfile.check(mutation.text, "x.xml")
    )


def tally(drawn: list[Mutation]) -> dict[str, Tally]:
    """By operator, how many were found."""
    result: dict[str, Tally] = defaultdict(Tally)
    for mutation in drawn:
        row = result[mutation.operator]
        row.codes |= mutation.codes
        row.made += 1
        if is_found(mutation):
            row.found += 1
        else:
            row.missed.append(mutation)
    return dict(result)


def table(result: dict[str, Tally]) -> Iterator[str]:
    """The result as lines of text."""
    yield f"{'operator':<26}{'codes':<18}{'made':>6}{'found':>7}{'share':>9}"
    for name, row in result.items():
        share = row.found / row.made
        yield f"{name:<26}{' '.join(sorted(row.codes)):<18}{row.made:>6}{row.found:>7}{share:>9.2%}"
    made, found = sum(row.made for row in result.values()), sum(row.found for row in result.values())
    yield f"{'all':<44}{made:>6}{found:>7}{found / made:>9.2%}"
