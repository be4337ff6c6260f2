r"""Random expressions, answered by the interpreter and by real .NET, and compared.

    GATEWRIGHT_TEST_DATA=... ORACLE_TOOLCHAIN=... \
        python -m tests.apim.expressions.fuzz --seed 1 --count 20000

Expressions that C# itself refuses do not count. A difference is shown in the shortest expression that
still has it, the shortest first. `--answers FILE` keeps what .NET answered: the same seed is asked once.
Where Microsoft's compiler is installed (ORACLE_CSC, see microsoft.py), it is asked too about what differs:
what it makes as we do is a peculiarity of mcs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))
import grammar
import grammar_more
import microsoft
import record_oracle
import tables

from gatewright.apim.expressions import eval_cases
from gatewright.apim.expressions.limits import Limits
from gatewright.apim.expressions.values import Lazy

BATCH = 2500
LIMITS = Limits(seconds=5.0)  # the time that the oracle gives a case
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
        r"\\r\\n.*(IndexOf|StartsWith|EndsWith)|(IndexOf|StartsWith|EndsWith).*\\r\\n",
        r'"value": (-1|false)',
        r'"value": (\d|true)',
        "ICU takes a carriage return with a line feed for one character, Windows for two",
    ),
)


def main() -> int:
    """Reads the command line, and compares."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--whole", action="store_true", help="do not look for shorter expressions")
    parser.add_argument("--more", choices=("statements", "formats"), help="by Microsoft's compiler")
    parser.add_argument("--answers", type=Path, default=":memory:", help="a file that keeps .NET's answers")
    given = parser.parse_args()
    with closing(sqlite3.connect(given.answers)) as answers:
        return run(given, answers)


def run(given: argparse.Namespace, answers: sqlite3.Connection) -> int:
    """Runs batches until the wanted number was compared; 1 when something differs."""
    answers.execute("create table if not exists answers (given text primary key, answer text)")
    source = grammar.Grammar(random.Random(given.seed))
    compiler = "microsoft" if given.more else "mcs"
    if given.more:
        made = grammar_more.formats(random.Random(given.seed), 400) if given.more == "formats" else ()
        source.blocks, source.share = made or grammar_more.BLOCKS, 1.0
    compared = differing = refused = 0
    number = 0
    while compared < given.count:
        cases, trees = [], {}
        for _ in range(BATCH):
            number += 1
            tree = source.whole()
            named = f"f{given.seed}-{number}"
            trees[named] = tree
            cases.append(case_of(named, tree, compiler))
        count, wrong, skipped = batch(cases, answers)
        compared, differing, refused = compared + count, differing + len(wrong), refused + skipped
        found = [(trees[w[0]["id"]], w) for w in wrong[: given.show]]
        for case, wanted, got in shrunk(found, answers) if found and not given.whole else wrong[: given.show]:
            shown = f"\n   C#: {_shown(wanted)}\n   we: {_shown(got)}"
            print(case["id"], case["expression"], shown, flush=True)
        print(f"{compared} compared, {differing} differ, {refused} C# does not compile", flush=True)
    return 1 if differing else 0


def case_of(name: str, tree: grammar.Tree, compiler: str) -> tables.Case:
    """An expression as a case."""
    return {"id": name, "expression": tree.text(), "context": CONTEXT, "compiler": compiler}


Wrong = tuple[tables.Case, tables.Case, tables.Case]


def asked(cases: list[tables.Case], answers: sqlite3.Connection) -> list[tables.Case]:
    """What .NET answers; only what was not asked before is asked."""
    toolchain, data = os.environ["ORACLE_TOOLCHAIN"], Path(os.environ["GATEWRIGHT_TEST_DATA"])
    compiler = microsoft if cases and cases[0]["compiler"] == "microsoft" else record_oracle
    given = [json.dumps([case[part] for part in ("compiler", "expression", "context")]) for case in cases]
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in given]
    known = dict(answers.execute("select given, answer from answers"))
    new = {key: case for key, case in zip(keys, cases, strict=True) if key not in known}
    if new:
        told = compiler.ask(list(new.values()), data, toolchain)
        slow = [n for n, answer in enumerate(told) if (answer.get("error") or {}).get("type") == "Timeout"]
        if slow:  # a busy machine starts the runtime slowly
            once_more = compiler.ask([list(new.values())[n] for n in slow], data, toolchain)
            for n, answer in zip(slow, once_more, strict=True):
                told[n] = answer
        rows = [(key, json.dumps(answer)) for key, answer in zip(new, told, strict=True)]
        answers.executemany("insert or replace into answers values (?, ?)", rows)
        answers.commit()
        known.update(rows)
    return [{**json.loads(known[key]), "id": case["id"]} for key, case in zip(keys, cases, strict=True)]


def batch(cases: list[tables.Case], answers: sqlite3.Connection) -> tuple[int, list[Wrong], int]:
    """Compares one batch: how many, which differ, how many C# refuses."""
    wanted = asked(cases, answers)
    got = eval_cases(cases, limits=LIMITS)
    wrong: list[Wrong] = []
    compared = refused = 0
    for case, theirs, ours in zip(cases, wanted, got, strict=True):
        if (theirs.get("error") or {}).get("stage") == "compile":
            refused += 1
            continue
        compared += 1
        if not same(theirs, ours) and not theirs.get("nondeterministic") and not platform(case, theirs, ours):
            wrong.append((case, theirs, ours))
    wrong = beside_mcs(wrong)
    wrong.sort(key=lambda item: len(item[0]["expression"]))
    return compared, wrong, refused


def beside_mcs(wrong: list[Wrong]) -> list[Wrong]:
    """What Microsoft's compiler too makes otherwise than we do; all where it is not installed."""
    if not wrong or wrong[0][0]["compiler"] == "microsoft" or not microsoft.installed():
        return wrong
    data, toolchain = Path(os.environ["GATEWRIGHT_TEST_DATA"]), os.environ["ORACLE_TOOLCHAIN"]
    told = microsoft.ask([case for case, _, _ in wrong], data, toolchain)
    return [
        (case, new, ours) for (case, _, ours), new in zip(wrong, told, strict=True) if not same(new, ours)
    ]


def platform(case: tables.Case, theirs: tables.Case, ours: tables.Case) -> bool:
    """Whether a difference is a listed platform effect, or comes from the name of a class inside .NET."""
    if (ours.get("error") or {}).get("stage") == "compile":
        return False
    listed = any(
        re.search(effect.held, case["expression"])
        and re.search(effect.theirs, json.dumps(theirs))
        and re.search(effect.ours, json.dumps(ours))
        for effect in PLATFORM
    )
    return listed or named_inside(case, ours)


def named_inside(case: tables.Case, ours: tables.Case) -> bool:
    """Whether the result depends on the text of a lazy sequence, which is the name of a class inside .NET."""
    for name in ("a name", "another name", "Some.Name`1[Of.A.Class]"):
        with mock.patch.object(Lazy, "net_text", create=True, return_value=name):
            [renamed] = eval_cases([case], limits=LIMITS)
        if not same(renamed, ours):
            return True
    return False


def shrunk(
    found: list[tuple[grammar.Tree, Wrong]], answers: sqlite3.Connection, rounds: int = 6
) -> list[Wrong]:
    """The same differences in shorter expressions: parts are dropped as long as the results differ."""
    for _ in range(rounds):
        tried: list[tuple[int, grammar.Tree]] = []
        for at, (tree, _) in enumerate(found):
            size = len(tree.text())
            options = {t.text(): t for t in tree.simpler() if len(t.text()) < size}
            tried += [(at, t) for t in sorted(options.values(), key=lambda t: len(t.text()))[:40]]
        if not tried:
            break
        cases = [case_of(f"s{n}", t, found[0][1][0]["compiler"]) for n, (_, t) in enumerate(tried)]
        _, wrong, _ = batch(cases, answers)
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
