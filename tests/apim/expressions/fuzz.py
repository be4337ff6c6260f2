r"""Random expressions, answered by the interpreter and by real .NET, and compared.

    GATEWRIGHT_TEST_DATA=... ORACLE_TOOLCHAIN=... \
        python -m tests.apim.expressions.fuzz --seed 1 --count 20000

Expressions that C# itself refuses do not count. The shortest difference is shown first.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import grammar
import record_oracle
import tables

from gatewright.apim.expressions import eval_cases

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
# Effects of the platform: what the expression holds, the error that we give, and the reason.
PLATFORM: tuple[tuple[str, str, str], ...] = (
    (r"new Uri\(", "UriFormatException", "a rooted path is a file: address on Linux, and none on Windows"),
    (
        r"int\?",
        "ANY",
        "mcs leaves out the right side of an operator whose left side is null; C# evaluates both",
    ),
    (r"new Uri\(.*e\.Message", "", "which of two words .NET has for a text that is no address"),
    (r"DateTime\.Parse", "FormatException", "a time of day alone is completed with the date of today"),
)


def main() -> int:
    """Runs batches until the wanted number was compared; 1 when something differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--show", type=int, default=20)
    given = parser.parse_args()
    source = grammar.Grammar(random.Random(given.seed))
    compared = differing = refused = 0
    number = 0
    while compared < given.count:
        cases = []
        for _ in range(BATCH):
            number += 1
            cases.append({"id": f"f{given.seed}-{number}", "expression": source.whole(), "context": CONTEXT})
        count, wrong, skipped = batch(cases)
        compared, differing, refused = compared + count, differing + len(wrong), refused + skipped
        for case, wanted, got in wrong[: given.show]:
            print(
                case["id"],
                case["expression"],
                "\n   C#:",
                _shown(wanted),
                "\n   we:",
                _shown(got),
                flush=True,
            )
        print(f"{compared} compared, {differing} differ, {refused} C# does not compile", flush=True)
    return 1 if differing else 0


Wrong = tuple[tables.Case, tables.Case, tables.Case]


def batch(cases: list[tables.Case]) -> tuple[int, list[Wrong], int]:
    """Compares one batch: how many, which differ, how many C# refuses."""
    toolchain, data = os.environ["ORACLE_TOOLCHAIN"], Path(os.environ["GATEWRIGHT_TEST_DATA"])
    wanted = record_oracle.ask(cases, data, toolchain)
    got = eval_cases(cases)
    wrong: list[Wrong] = []
    compared = refused = 0
    for case, theirs, ours in zip(cases, wanted, got, strict=True):
        if (theirs.get("error") or {}).get("stage") == "compile":
            refused += 1
            continue
        compared += 1
        if not same(theirs, ours) and not theirs.get("nondeterministic") and not platform(case, ours):
            wrong.append((case, theirs, ours))
    wrong.sort(key=lambda item: len(item[0]["expression"]))
    return compared, wrong, refused


def platform(case: tables.Case, ours: tables.Case) -> bool:
    """Whether a difference is on the list of platform effects."""
    error = ours.get("error") or {}
    if error.get("stage") == "compile":
        return False
    kind, text = error.get("type"), case["expression"]
    return any(
        (wanted in ("", kind) or (wanted == "ANY" and kind)) and re.search(held, text)
        for held, wanted, _ in PLATFORM
    )


def same(theirs: tables.Case, ours: tables.Case) -> bool:
    """Whether two results agree in value, type, text and error."""
    return bool(tables.outcome(theirs) == tables.outcome(ours))


def _shown(result: tables.Case) -> str:
    return re.sub(r"\s+", " ", str({k: v for k, v in result.items() if k != "id"}))[:300]


if __name__ == "__main__":
    sys.exit(main())
