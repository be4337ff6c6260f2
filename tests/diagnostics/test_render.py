from __future__ import annotations

import json

from gatewright.diagnostics import Code, Severity, Span, nearest
from gatewright.diagnostics.render import render_github, render_json, render_sarif, render_text

CODE = Code("CFG112", "limit-above-ceiling", Severity.ERROR, "A limit exceeds its plan's ceiling.")
ADVICE = Code("POL257", "advice", Severity.WARNING, "Advice.")
FAULT = CODE.at(Span("a.yaml", 2, 5, 2, 8), "90k exceeds 60k", hint="lower it")


def lines(name: str) -> list[str] | None:
    return ["x: 1", "y:  90k", ""] if name == "a.yaml" else None


def test_text_shows_place_caret_and_hint() -> None:
    assert render_text([FAULT], lines) == (
        "a.yaml:2:5: CFG112 error: 90k exceeds 60k [limit-above-ceiling]\n"
        "  | y:  90k\n"
        "  |     ^^^\n"
        "  hint: lower it\n"
    )


def test_text_without_a_place_or_a_readable_file() -> None:
    text = render_text([CODE.at(None, "no place"), CODE.at(Span("b", 3, 1, 3, 2), "no file")], lines)
    assert text == (
        "CFG112 error: no place [limit-above-ceiling]\nb:3:1: CFG112 error: no file [limit-above-ceiling]\n"
    )


def test_long_line_is_cut_around_the_caret() -> None:
    long = "a" * 400 + "b" * 5 + "a" * 400
    fault = CODE.at(Span("a", 1, 401, 1, 406), "m")
    excerpt, caret = render_text([fault], lambda _: [long]).splitlines()[1:3]
    assert len(excerpt) <= 170
    assert excerpt[caret.index("^") :][:5] == "bbbbb"


def test_control_characters_do_not_reach_the_terminal() -> None:
    fault = CODE.at(Span("a", 1, 1, 1, 2), "m")
    assert "\x1b" not in render_text([fault], lambda _: ["\x1b[31mred"])


def test_findings_come_by_place_without_repeats() -> None:
    later = ADVICE.at(Span("a.yaml", 3, 1, 3, 2), "later")
    rows = json.loads(render_json([later, FAULT, FAULT]))
    assert [(row["line"], row["code"]) for row in rows] == [(2, "CFG112"), (3, "POL257")]


def test_json_has_the_documented_keys() -> None:
    [row] = json.loads(render_json([FAULT]))
    assert row == {
        "file": "a.yaml",
        "line": 2,
        "column": 5,
        "code": "CFG112",
        "name": "limit-above-ceiling",
        "severity": "error",
        "message": "90k exceeds 60k",
        "hint": "lower it",
    }


def test_github_commands_are_escaped() -> None:
    fault = CODE.at(Span("a,b:c.yaml", 1, 1, 1, 2), "50%\n::error::forged")
    text = render_github([fault])
    assert text.count("\n") == 1
    assert "file=a%2Cb%3Ac.yaml,line=1,col=1::50%25%0A::error::forged" in text


def test_sarif_has_rules_and_places() -> None:
    run = json.loads(render_sarif([FAULT, ADVICE.at(None, "no place")], version="1.0"))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CFG112", "POL257"]
    by_rule = {item["ruleId"]: item for item in run["results"]}
    place = by_rule["CFG112"]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a.yaml"}, "region": {"startLine": 2, "startColumn": 5}}
    assert "locations" not in by_rule["POL257"]
    assert run["tool"]["driver"]["rules"][by_rule["POL257"]["ruleIndex"]]["id"] == "POL257"


def test_nearest_name() -> None:
    assert nearest("tokenPerMinute", ["tokensPerMinute", "budget"]) == "tokensPerMinute"
    assert nearest("tokens_per_minute", ["tokensPerMinute"]) == "tokensPerMinute"
    assert nearest("colour", ["budget"]) is None
