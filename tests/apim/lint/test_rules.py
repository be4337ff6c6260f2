from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatewright.apim import lint
from gatewright.apim.document import read, scan, validate
from gatewright.diagnostics import yaml

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    rule: str
    name: str
    text: str
    scope: str | None
    kind: str | None
    at: tuple[str, ...]


def _cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.yaml")):
        entries = yaml.compose(path.read_text("utf-8"), path.name).plain()
        assert isinstance(entries, list)
        for entry in entries:
            assert isinstance(entry, dict)
            at = entry.get("finds", [])
            assert isinstance(at, list)
            scope, kind = entry.get("scope"), entry.get("kind")
            yield Case(
                path.stem.upper(),
                str(entry["case"]),
                str(entry["policy"]),
                str(scope) if scope else None,
                str(kind) if kind else None,
                tuple(str(piece) for piece in at),
            )


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.name}")
def test_a_rule_finds_what_it_should(case: Case) -> None:
    document = read(case.text, "x.xml", case.kind)
    found = [item for item in lint.run(document, case.kind, case.scope) if item.code == case.rule]
    lines = case.text.split("\n")
    assert len(found) == len(case.at)
    for item, piece in zip(found, case.at, strict=True):
        assert item.span is not None
        assert item.hint
        assert lines[item.span.line - 1][item.span.column - 1 :].startswith(piece)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.name}")
def test_azure_would_take_the_cases(case: Case) -> None:
    document = read(case.text, "x.xml", case.kind)
    assert [item for item in validate(document, case.kind, case.scope) if item.is_error] == []


def test_every_rule_has_cases_that_find_and_that_do_not() -> None:
    known = {rule.CODE.code for rule in lint.rules()}
    assert {case.rule for case in CASES if case.at} - {"POL299"} == known
    assert {case.rule for case in CASES if not case.at} - {"POL299"} == known


@pytest.mark.parametrize("rule", lint.rules(), ids=lambda rule: rule.CODE.code)
def test_every_rule_explains_itself(rule: lint.Rule) -> None:
    text = rule.__doc__ or ""
    for word in ("\nWhy: ", "\nBad:", "\nGood:", "\nSource: "):
        assert word in text
    assert 250 <= int(rule.CODE.code[3:]) <= 298


def test_rules_take_faulty_documents_and_snippets() -> None:
    for text in ("", "<policies>", "<set-header>", "<base/><choose/>", "<retry condition='@(' delta='x'/>"):
        assert all(item.code.startswith("POL2") for item in lint.run(scan(text, "x.xml")))
