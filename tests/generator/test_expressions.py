"""The C# of the example in our own interpreter, which must give what .NET gave."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.apim.expressions import Context, compile, to_bool, to_text
from tests.generator.csharp import CASES, every_expression, expression


def test_every_expression_compiles_strictly(example: dict[str, str]) -> None:
    for source in every_expression(example):
        compile(source, strict=True)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_the_interpreter_gives_what_dotnet_gave(example: dict[str, str], case: dict[str, Any]) -> None:
    value = compile(expression(example, case)).run(Context.from_case(case["context"]))
    expected = case["value"]
    assert (to_bool(value) if isinstance(expected, bool) else to_text(value)) == expected
