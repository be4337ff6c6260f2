from __future__ import annotations

import pytest

from gatewright.infra.parse import parse
from gatewright.infra.types import NUMBER, ObjectType, Type, described, lengths, members, simple
from gatewright.infra.written import declared


def read(text: str) -> Type:
    file = parse(text, "a.bicep")
    return declared(file.of("param")[0], file)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("param a string\n", "string"),
        ("param a string?\n", "null | string"),
        ("param a 'x' | 'y'\n", "'x' | 'y'"),
        ("param a int[]\n", "array"),
        ("param a (int | string)[]\n", "array"),
        ("type t = [\n  int\n  string\n]\nparam a t\n", "array"),
        ("type t = {\n  b: int\n}\ntype u = t.b\nparam a u\n", "any"),
        ("param a { b: int }\n", "object"),
        ("@allowed([\n  1\n  2\n])\nparam a int\n", "1 | 2"),
        ("type t = 'x'\nparam a t\n", "'x'"),
        ("type t = {\n  inner: t?\n}\nparam a t\n", "object"),
    ],
)
def test_a_written_type_is_read(text: str, kind: str) -> None:
    """source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types (2026-08)."""
    assert described(read(text)) == kind


def test_limits_are_those_of_the_decorators() -> None:
    assert lengths(read("@minLength(2)\n@maxLength(5)\nparam a string\n")) == (2, 5)
    assert lengths(members(read("@maxLength(5)\nparam a string?\n"))[0]) == (0, 5)
    assert read("@minValue(1)\n@maxValue(3)\nparam a int\n") != read("param a int\n")


def test_an_object_says_what_it_needs() -> None:
    found = read(
        "type t = {\n  @description('A name: any')\n  @maxLength(3)\n  name: string\n"
        "  size: int?\n  *: bool\n}\n"
        "param a t\n"
    )
    assert isinstance(found, ObjectType)
    assert found.required == {"name"}
    assert lengths(found.properties["name"]) == (0, 3)
    assert NUMBER in members(found.properties["size"])
    assert found.others is not None
    assert simple(found.others) == "bool"
