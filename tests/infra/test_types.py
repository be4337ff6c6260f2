from __future__ import annotations

import pytest

from gatewright.infra.assign import assignable, misfits
from gatewright.infra.types import (
    NULL,
    NUMBER,
    OBJECT,
    TEXT,
    TRUTH,
    UNKNOWN,
    ArrayType,
    NumberType,
    ObjectType,
    TextType,
    TruthType,
    Type,
    UnionType,
    described,
    lengths,
    simple,
    union,
    without_null,
)

A, B = TextType("a"), TextType("b")
LOOSE = TextType(loose=True)


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ([A, A], A),
        ([A, TEXT], TEXT),
        ([TextType(None, 2, 5), A], UnionType((A, TextType(None, 2, 5)))),
        ([TextType(None, 2, 5), TextType(None, 4, 9)], TextType(None, 2, 9)),
        (
            [TextType(None, 2, 5), TextType(None, 8, 9)],
            UnionType((TextType(None, 2, 5), TextType(None, 8, 9))),
        ),
        ([TruthType(True), TruthType(False)], TRUTH),
        ([UnionType((A, NULL)), B], UnionType((A, B, NULL))),
        ([A, UNKNOWN], UNKNOWN),
    ],
)
def test_several_types_become_one(several: list[Type], one: Type) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), TypeCollapser."""
    assert union(several) == one


@pytest.mark.parametrize(
    ("found", "wanted", "fits"),
    [
        (A, TEXT, True),
        (TEXT, A, False),
        (LOOSE, A, True),
        (A, union([A, B]), True),
        (union([A, B]), A, False),
        (union([A, NULL]), TEXT, False),
        (NULL, union([TEXT, NULL]), True),
        (NUMBER, TEXT, False),
        (UNKNOWN, TEXT, True),
        (OBJECT, ObjectType({"a": TEXT}), True),
        (NumberType(1), NumberType(2), False),
        (TruthType(True), TRUTH, True),
    ],
)
def test_which_types_fit(found: Type, wanted: Type, fits: bool) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), TypeValidator."""
    assert assignable(found, wanted) is fits


NAMED = ObjectType(
    {"name": TextType(None, None, 5), "size": union([NUMBER, NULL])}, None, frozenset({"name"})
)


@pytest.mark.parametrize(
    ("found", "wanted", "codes"),
    [
        (union([A, NULL]), TEXT, ["INF063"]),
        (NUMBER, TEXT, ["INF023"]),
        (TextType("c"), union([A, B]), ["INF034"]),
        (TextType(None, 1, 9), TextType(None, 3, 5), ["INF035", "INF035"]),
        (TextType(None, None, 9), TextType(None, 3, None), []),
        (NumberType(None, 0, 9), NumberType(None, 1, 9), ["INF035"]),
        (NumberType(12), NumberType(None, 1, 9), ["INF035"]),
        (ObjectType({"name": A}), NAMED, []),
        (ObjectType({"size": NULL}), NAMED, ["INF033"]),
        (ObjectType({}, UNKNOWN), NAMED, []),
        (ObjectType({"name": TextType("longer")}), NAMED, ["INF035"]),
        (ObjectType({"name": A, "nme": B}), NAMED, ["INF032"]),
        (ArrayType(A), ArrayType(NUMBER), ["INF023"]),
        (ArrayType(UNKNOWN, ()), ArrayType(TEXT, None, 1), ["INF035"]),
        (ObjectType({"id": A}), ObjectType({"id": TEXT}, None, frozenset(), frozenset({"id"})), ["INF037"]),
    ],
)
def test_what_does_not_fit_is_told(found: Type, wanted: Type, codes: list[str]) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), TypeValidator: BCP033 to 037, 321, 327 to 335."""
    assert [item.code for item in misfits(found, wanted, None)] == codes


def test_types_are_named_as_bicep_names_them() -> None:
    assert described(union([A, NULL])) == "'a' | null"
    assert [described(item) for item in (NumberType(3), TruthType(False), UNKNOWN, OBJECT)] == [
        "3",
        "false",
        "any",
        "object",
    ]
    assert (simple(union([A, B])), simple(union([A, NUMBER]))) == ("string", "")
    assert (without_null(union([A, NULL])), without_null(A)) == (A, None)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (A, (1, 1)),
        (TextType(None, 2, None), (2, None)),
        (NumberType(-12), (3, 3)),
        (NumberType(None, 1, 300), (1, 3)),
        (TRUTH, (4, 5)),
        (union([A, TextType("long")]), (1, 4)),
        (OBJECT, (0, None)),
    ],
)
def test_how_long_a_value_is_in_a_text(value: Type, size: tuple[int, int | None]) -> None:
    assert lengths(value) == size
