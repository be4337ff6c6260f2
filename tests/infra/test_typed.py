from __future__ import annotations

import pytest

from gatewright.infra.parse import parse
from gatewright.infra.typed import Typed, typed
from gatewright.infra.types import described

HEAD = """type place = {
  name: string
  account: string?
}
param one string
param maybe string?
param many int
param on bool
param places place[]
param anything object
var own = {
  a: 1
  b: {
    c: 'x'
  }
}
var list = [
  'x'
  'y'
]
var unlike = [
  { a: 1 }
  { b: 2 }
]
"""


def read(value: str) -> Typed:
    return typed(parse(f"{HEAD}var found = {value}\n", "a.bicep"), {}, {"c.json": '{"x": ["a", 1]}'})


def codes(value: str) -> list[str]:
    return [item.code for item in read(value).faults]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("!one", "INF023"),
        ("-on", "INF023"),
        ("one + one", "INF023"),
        ("many && on", "INF023"),
        ("one < many", "INF023"),
        ("one =~ 1", "INF023"),
        ("one ? 1 : 2", "INF023"),
        ("maybe == 'a' ? toLower(maybe) : 'b'", "INF063"),
        ("own.d", "INF032"),
        ("own.b.d", "INF032"),
        ("own['d']", "INF032"),
        ("one.length", "INF023"),
        ("places[0].acount", "INF032"),
        ("list[2]", "INF035"),
        ("list['a']", "INF023"),
        ("own[0]", "INF023"),
        ("many[0]", "INF023"),
        ("replace(one, 'a', 1)", "INF023"),
        ("empty(many)", "INF023"),
        ("length(many)", "INF023"),
        ("toLower(maybe)", "INF063"),
        ("filter(places, item => item.name)", "INF023"),
        ("filter(places, item => item.acount == 'a')", "INF032"),
        ("map(places, item => item.account.x)", "INF063"),
        ("map(one, item => item)", "INF023"),
        ("[for item in one: item]", "INF023"),
        ("[for item in places: item.acount]", "INF032"),
        ("[for item in unlike: item.a]", "INF032"),
        ("places[0].account", "INF060"),
        ("loadJsonContent('c.json').y", "INF032"),
    ],
)
def test_what_does_not_fit_an_expression_is_told(value: str, code: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), baselines InvalidExpressions_LF and InvalidLambdas_LF."""
    assert code in codes(value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("'a${one}'", "string"),
        ("'a${1}'", "'a1'"),
        ("maybe ?? 'x'", "string"),
        ("places[0].?account", "null | string"),
        ("maybe", "null | string"),
        ("on ? 'a' : 'b'", "'a' | 'b'"),
        ("own.b.c", "'x'"),
        ("list[1]", "'y'"),
        ("many > 1 && one < 'b'", "bool"),
        ("-3", "-3"),
        ("anything.a.b", "any"),
        ("anything.a.?b.c", "any"),
        ("concat(list, ['z'])", "array"),
        ("concat(one, 'a')", "string"),
        ("toLower('A')", "'a'"),
        ("union(own, anything)", "object"),
        ("filter(places, item => item.name == one)", "array"),
        ("map(places, (item, index) => index + 1)[0]", "int"),
        ("reduce(places, '', (text, item) => '${text}${item.name}')", "string"),
        ("sort(list, (a, b) => a < b)[0]", "'x' | 'y'"),
        ("[for (item, index) in list: '${item}${index}']", "array"),
        ("[for item in list: item][0]", "'x' | 'y'"),
        ("loadJsonContent('c.json').x[1]", "1"),
        ("sys.toUpper('a')", "'A'"),
    ],
)
def test_the_type_of_an_expression(value: str, kind: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), TypeAssignmentVisitor."""
    found = read(value)
    declared = found.file.get("found")
    assert declared is not None
    assert declared.value is not None
    assert (described(found.of(declared.value)), codes(value)) == (kind, [])


def test_what_a_module_gives_has_the_type_that_it_states() -> None:
    module = parse("@description('x')\noutput many int = 3\n", "m.bicep")
    main = parse("module m 'm.bicep' = {\n  name: 'm'\n}\nvar a = toLower(m.outputs.many)\n", "main.bicep")
    assert [item.code for item in typed(main, {"m.bicep": module}, {}).faults] == ["INF023"]


def test_symbols_that_need_each_other_have_no_type() -> None:
    assert codes("[found]") == []
