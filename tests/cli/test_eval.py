"""`gatewright eval` for one expression: trace, strictness, faults with a place."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command


def test_trace_prints_each_step_on_stderr(gatewright: Command) -> None:
    result = gatewright("eval", "@(\"a,b\".Split(',').Length + 1)", "--trace")
    assert result.status == 0
    assert json.loads(result.out)["value"] == 3
    assert "\"a,b\".Split(',').Length = int 2" in " ".join(result.err.split())


def test_trace_shows_what_threw(gatewright: Command) -> None:
    result = gatewright("eval", '@(int.Parse("x" + context.Request.Method))', "--trace")
    assert result.status == 1
    assert "threw FormatException" in " ".join(result.err.split())


def test_expression_that_does_not_compile_shows_its_place(gatewright: Command) -> None:
    result = gatewright("eval", '@("a".Lenght)')
    assert result.status == 1
    assert "EXP304" in result.err
    assert "Length" in result.err


def test_strict_refuses_what_the_gateway_does_not_allow(gatewright: Command) -> None:
    assert gatewright("eval", '@(Regex.Escape("a"))').status == 0
    result = gatewright("eval", '@(Regex.Escape("a"))', "--strict")
    assert result.status == 1
    assert "EXP308" in result.err


def test_context_comes_from_a_file(gatewright: Command, tmp_path: Path) -> None:
    path = tmp_path / "context.json"
    path.write_text('{"variables": {"n": 4}}', encoding="utf-8")
    result = gatewright("eval", '@((int)context.Variables["n"] * 2)', "--context", str(path))
    assert json.loads(result.out)["value"] == 8
