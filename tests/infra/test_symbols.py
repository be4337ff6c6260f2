from __future__ import annotations

import pytest

from gatewright.infra.parse import parse
from gatewright.infra.symbols import check_symbols


def found(text: str) -> list[tuple[str, int]]:
    return [(d.code, d.span.line if d.span else 0) for d in check_symbols(parse(text, "a.bicep"))]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("var a = b\nvar c = a\n", [("INF010", 1), ("INF013", 2)]),
        ("@description('x')\noutput o string = toUper('a')\n", [("INF011", 2)]),
        ("@description('x')\noutput o string = replace('a', 'b')\n", [("INF012", 2)]),
        ("@description('x')\noutput o string = tenant().tenant\n", [("INF032", 2)]),
        ("output o string = 'a'\n", [("INF014", 1)]),
        ("@secret()\n@description('x')\noutput o string = 'a'\n", [("INF011", 1)]),
        ("@description('x')\noutput o array = [for x in [1]: y]\n", [("INF010", 2)]),
        ("@description('x')\noutput o array = [for x in x: x]\n", [("INF010", 2)]),
        ("var environment = environment().name\n", [("INF011", 1), ("INF013", 1)]),
        ("var a = A\nvar A = a\n", [("INF004", 1), ("INF004", 2)]),
        ("@description('x')\noutput o object = { a: 1, a: 2 }\n", [("INF004", 2), ("INF004", 2)]),
    ],
)
def test_what_does_not_resolve_is_told(text: str, codes: list[tuple[str, int]]) -> None:
    assert found(text) == codes


def test_what_resolves_is_not_told() -> None:
    text = "@description('x')\nparam p array\nvar v = filter(p, i => !empty(i))\n"
    text += "@description('x')\noutput o array = v\n"
    text += "var environment = 'x'\n@description('x')\noutput e bool = az.environment().name == environment\n"
    assert found(text) == []
