from __future__ import annotations

import pytest

from gatewright.diagnostics import Rejected
from gatewright.infra.bicep import (
    Array,
    Call,
    Choice,
    Constant,
    Index,
    Lambda,
    Loop,
    Member,
    Name,
    Object,
    Text,
    walk,
)
from gatewright.infra.parse import parse


def refusals(text: str) -> list[tuple[str, int]]:
    with pytest.raises(Rejected) as refused:
        parse(text, "a.bicep")
    return [(item.code, item.span.line if item.span else 0) for item in refused.value.diagnostics]


def test_a_resource_is_read_with_its_type_and_properties() -> None:
    found = parse(
        "targetScope = 'subscription'\n"
        "@description('Tags.')\n@maxLength(5)\nparam name string = ''\n"
        "resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {\n  name: 'rg-${name}'\n}\n",
        "a.bicep",
    )
    param, group = found.declarations
    assert (found.scope, param.type, param.number("maxLength"), param.span.line) == (
        "subscription",
        "string",
        5,
        4,
    )
    assert group.target == "Microsoft.Resources/resourceGroups@2025-04-01"
    name = group.body.get("name") if group.body else None
    assert isinstance(name, Text)
    assert (name.parts[0], name.literal) == ("rg-", None)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("'it\\'s \\u{41}'", Text),
        ("-3", Constant),
        ("a ? b : c", Choice),
        ("[for (x, i) in list: x]", Loop),
        ("{ a: 1, b: 2 }", Object),
        ("reduce(a, b, (x, y) => x)", Call),
    ],
)
def test_each_expression_has_its_own_kind(source: str, kind: type) -> None:
    assert isinstance(parse(f"var v = {source}\n", "a.bicep").declarations[0].value, kind)


def test_escapes_are_resolved() -> None:
    value = parse("var v = 'it\\'s \\u{41} \\${b}'\n", "a.bicep").declarations[0].value
    assert isinstance(value, Text)
    assert value.literal == "it's A ${b}"


def test_a_bracket_that_is_lost_is_told() -> None:
    assert refusals("var a = {\n  b: 1\n")[0][0] == "INF002"


@pytest.mark.parametrize("text", ["var a = {\n  b: 1 c: 2\n}\n", "var a = [\n  'x' 'y'\n]\n"])
def test_two_members_on_one_line_need_a_comma(text: str) -> None:
    """source: Bicep grammar, members are separated by a new line or a comma; tree-sitter-bicep takes both."""
    assert refusals(text) == [("INF003", 2)]


def test_a_comma_does_not_end_a_line() -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), BaseParser: BCP238; tree-sitter-bicep takes it."""
    assert refusals("var a = {\n  b: 1,\n  c: 2\n}\n") == [("INF003", 2)]


@pytest.mark.parametrize("text", ["var a = ()\n", "var a = (1, 2)\n"])
def test_parentheses_hold_one_expression(text: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), BCP243; tree-sitter-bicep takes it."""
    assert refusals(text) == [("INF002", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "map(a, b => b.c)",
        "map(a, b => b[0].c)",
        "map(a, (b, c) => b.d == c && b.e)",
        "map(a, b => b.c ? 1 : 2)",
    ],
)
def test_a_lambda_reaches_to_its_end(text: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), baseline Lambdas_LF; tree-sitter-bicep binds it tighter."""
    value = parse(f"var x = {text}\n", "a.bicep").declarations[0].value
    assert isinstance(value, Call)
    assert isinstance(value.arguments[1], Lambda)


@pytest.mark.parametrize("text", ["[f().b]", "[f('x', 1)]", "[f({\n  a: 1\n})]"])
def test_a_call_in_an_array_is_one_item(text: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), user_submitted; tree-sitter-bicep tears some apart."""
    value = parse(f"var x = {{\n  a: {text}\n}}\n", "a.bicep").declarations[0].value
    assert value is not None
    arrays = [item for item in walk(value) if isinstance(item, Array)]
    assert [len(item.items) for item in arrays] == [1]
    assert any(isinstance(item, Call) and item.function == "f" for item in walk(arrays[0]))


def test_functions_may_name_their_namespace() -> None:
    value = parse("var x = sys.concat('a', az.resourceGroup().id)\n", "a.bicep").declarations[0].value
    assert value is not None
    calls = [item for item in walk(value) if isinstance(item, Call)]
    assert [(item.function, item.of) for item in calls] == [("concat", None), ("resourceGroup", None)]


def test_a_declaration_that_is_not_checked_is_refused() -> None:
    assert refusals("func f(a string) string => a\n") == [("INF002", 1)]


@pytest.mark.parametrize(
    ("text", "is_of_a_name"),
    [
        ("a ? b : c.d.e", True),
        ("a == c.e", True),
        ("a ?? c.e", True),
        ("!c.e", True),
        ("a ? b : c[0].e", True),
        ("(a ? b : c).e", False),
        ("a ? b : (a ? b : c).e", False),
    ],
)
def test_members_bind_tighter_than_operators(text: str, is_of_a_name: bool) -> None:
    """source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/operators (2026-08)."""
    value = parse(f"var x = {text}\n", "main.bicep").get("x").value  # type: ignore[union-attr]
    members = [item for item in walk(value) if isinstance(item, Member)]  # type: ignore[arg-type]
    on_names = [item for item in members if isinstance(item.of, Name | Index | Member)]
    assert bool(on_names) is is_of_a_name
    assert isinstance(value, Member) is (text == "(a ? b : c).e")
