r"""Random expressions, answered by the interpreter and by real .NET, and compared.

    GATEWRIGHT_TEST_DATA=... ORACLE_TOOLCHAIN=... \
        python -m tests.apim.expressions.fuzz --seed 1 --count 20000

Expressions that C# itself refuses do not count. A difference is shown in the shortest expression that
still has
it, the shortest first.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import grammar
import record_oracle
import tables

from gatewright.apim.expressions import eval_cases
from gatewright.apim.expressions.limits import Limits

BATCH = 2500
CONTEXT: dict[str, Any] = {
    "request": {
        "method": "POST",
        "url": "https://gw.example.org/api/v1/items/7?q=1&w=a%20b",
        "headers": {"X-Tenant": "Retail", "X-Many": ["a", "b"], "Accept": "text/plain"},
        "matched_parameters": {"id": "7"},
        "body": {"a": 5, "b": "text", "c": [1, 2, 3], "d": {"e": True}, "n": None},
    },
    "response": {"status": 429, "reason": "Too Many"},
    "variables": {
        "s": "Some,Text",
        "n": 42,
        "big": {"$type": "long", "value": 5000000000},
        "d": 2.5,
        "flag": True,
        "o": {"a": 9, "b": "q", "c": [7], "d": {"e": False}, "n": None},
        "arr": [1, "two", 3.5, None, {"k": 1}],
        "words": {"$type": "string[]", "value": ["one", "Two", "three"]},
    },
    "subscription": {"id": "sub-1", "name": "Sub"},
    "product": {"id": "prod", "name": "Gold", "subscription_limit": 3},
    "api": {"id": "api-1", "name": "Api"},
    "operation": {"id": "op", "name": "Get Item"},
}


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference that is the platform's, not the language's.

    Attributes:
        held: what the expression contains.
        theirs: what C#'s result contains, as JSON.
        ours: what our result contains, as JSON.
        reason: why the two differ.
    """

    held: str
    theirs: str
    ours: str
    reason: str


PLATFORM: tuple[Effect, ...] = (
    Effect(
        r"Enumerable|Select|Where|Concat|from ",
        r"System\.Linq\.Enumerable\+",
        r"IEnumerable`1",
        "the text of a lazy sequence is the name of a class inside .NET",
    ),
    Effect(
        r"\?\.\w+\)\.",
        r"Nullable`1",
        r"",
        "mcs takes `(a?.b).Length` for a nullable number; Microsoft's compiler does not",
    ),
    Effect(
        r"Type == JTokenType\.Null\)* == null",
        r'"type": "bool", "value": false',
        r"NullReferenceException",
        "mcs does not evaluate the plain value before `== null`; Microsoft's compiler does",
    ),
    Effect(
        r"OrderByDescending\(n(\d+) => n\1\)+\}-.*Trim\(\)\?\.Length",
        r'"type": "int"',
        r'"type": "int"',
        "the length of the text of a lazy sequence, which is the name of a class inside .NET",
    ),
)


def main() -> int:
    """Runs batches until the wanted number was compared; 1 when something differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--whole", action="store_true", help="do not look for shorter expressions")
    given = parser.parse_args()
    source = grammar.Grammar(random.Random(given.seed))
    compared = differing = refused = 0
    number = 0
    while compared < given.count:
        cases, trees = [], {}
        for _ in range(BATCH):
            number += 1
            tree = source.whole()
            trees[f"f{given.seed}-{number}"] = tree
            cases.append({"id": f"f{given.seed}-{number}", "expression": tree.text(), "context": CONTEXT})
        count, wrong, skipped = batch(cases)
        compared, differing, refused = compared + count, differing + len(wrong), refused + skipped
        found = [(trees[w[0]["id"]], w) for w in wrong[: given.show]]
        for case, wanted, got in shrunk(found) if found and not given.whole else wrong[: given.show]:
            shown = f"\n   C#: {_shown(wanted)}\n   we: {_shown(got)}"
            print(case["id"], case["expression"], shown, flush=True)
        print(f"{compared} compared, {differing} differ, {refused} C# does not compile", flush=True)
    return 1 if differing else 0


Wrong = tuple[tables.Case, tables.Case, tables.Case]


def batch(cases: list[tables.Case]) -> tuple[int, list[Wrong], int]:
    """Compares one batch: how many, which differ, how many C# refuses."""
    toolchain, data = os.environ["ORACLE_TOOLCHAIN"], Path(os.environ["GATEWRIGHT_TEST_DATA"])
    wanted = record_oracle.ask(cases, data, toolchain)
    got = eval_cases(cases, limits=Limits(seconds=5.0))  # the time that the oracle gives a case
    wrong: list[Wrong] = []
    compared = refused = 0
    for case, theirs, ours in zip(cases, wanted, got, strict=True):
        if (theirs.get("error") or {}).get("stage") == "compile":
            refused += 1
            continue
        compared += 1
        if not same(theirs, ours) and not theirs.get("nondeterministic") and not platform(case, theirs, ours):
            wrong.append((case, theirs, ours))
    wrong.sort(key=lambda item: len(item[0]["expression"]))
    return compared, wrong, refused


def platform(case: tables.Case, theirs: tables.Case, ours: tables.Case) -> bool:
    """Whether a difference is on the list of platform effects."""
    if (ours.get("error") or {}).get("stage") == "compile":
        return False
    return any(
        re.search(effect.held, case["expression"])
        and re.search(effect.theirs, json.dumps(theirs))
        and re.search(effect.ours, json.dumps(ours))
        for effect in PLATFORM
    )


def shrunk(found: list[tuple[grammar.Tree, Wrong]], rounds: int = 6) -> list[Wrong]:
    """The same differences in shorter expressions: parts are dropped as long as the results differ."""
    for _ in range(rounds):
        tried: list[tuple[int, grammar.Tree]] = []
        for at, (tree, _) in enumerate(found):
            size = len(tree.text())
            options = {t.text(): t for t in tree.simpler() if len(t.text()) < size}
            tried += [(at, t) for t in sorted(options.values(), key=lambda t: len(t.text()))[:40]]
        if not tried:
            break
        cases = [
            {"id": f"s{n}", "expression": t.text(), "context": CONTEXT} for n, (_, t) in enumerate(tried)
        ]
        _, wrong, _ = batch(cases)
        shorter = False
        for case, theirs, ours in wrong:  # shortest first
            at, tree = tried[int(case["id"][1:])]
            if len(tree.text()) < len(found[at][0].text()):
                named = {**case, "id": found[at][1][0]["id"]}
                found[at] = (tree, (named, theirs, ours))
                shorter = True
        if not shorter:
            break
    return sorted((w for _, w in found), key=lambda w: len(w[0]["expression"]))


def same(theirs: tables.Case, ours: tables.Case) -> bool:
    """Whether two results agree in value, type, text and error."""
    return bool(tables.outcome(theirs) == tables.outcome(ours))


def _shown(result: tables.Case) -> str:
    return re.sub(r"\s+", " ", str({k: v for k, v in result.items() if k != "id"}))[:300]


if __name__ == "__main__":
    sys.exit(main())
