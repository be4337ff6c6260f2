from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from gatewright.diagnostics import Code, Severity
from gatewright.diagnostics.schema import faults
from gatewright.diagnostics.yaml import compose

UNKNOWN = Code("XYZ001", "unknown", Severity.ERROR, "unknown")
MISSING = Code("XYZ002", "missing", Severity.ERROR, "missing")
BAD = Code("XYZ003", "bad", Severity.ERROR, "bad")


def known(path: Sequence[str | int]) -> list[str]:
    names: dict[tuple[str | int, ...], list[str]] = {(): ["tokens", "owner"], ("owner",): ["team"]}
    return names[tuple(path)]


@pytest.mark.parametrize(
    ("error", "place", "code", "message", "hint"),
    [
        (
            {"type": "extra_forbidden", "loc": ("tokns",), "msg": "Extra inputs are not permitted"},
            "1:1", "XYZ001", '"tokns" is not a known key', "did you mean tokens?",
        ),
        (
            {"type": "extra_forbidden", "loc": ("owner", "x"), "msg": "Extra inputs are not permitted"},
            "2:9", "XYZ001", '"x" is not a known key', "known here: team",
        ),
        (
            {"type": "missing", "loc": ("owner", "team"), "msg": "Field required"},
            "2:8", "XYZ002", '"team" is missing here', "add team:",
        ),
        (
            {"type": "missing", "loc": ("tokens",), "msg": "Field required"},
            "1:1", "XYZ002", '"tokens" is missing here', "add tokens:",
        ),
        (
            {"type": "int_type", "loc": ("list", 1), "msg": "Input should be a valid integer"},
            "3:11", "XYZ003", "list: input should be a valid integer", None,
        ),
        (
            {"type": "value_error", "loc": ("owner", "after[x]", "x"), "msg": "Value error, No good"},
            "2:12", "XYZ003", "x: no good", None,
        ),
        (
            {"type": "value_error", "loc": (), "msg": "Value error, One of both"},
            "1:1", "XYZ003", "one of both", None,
        ),
    ],
)  # fmt: skip
def test_a_schema_fault_is_told_at_its_place_in_the_words_of_the_file(
    error: Mapping[str, Any], place: str, code: str, message: str, hint: str | None
) -> None:
    node = compose("tokns: 1\nowner: {x: 1}\nlist: [1, x]\n", "x.yaml")

    [item] = faults(node, [error], unknown_key=UNKNOWN, missing_key=MISSING, bad_value=BAD, known=known)

    assert (str(item.span), item.code, item.message, item.hint) == (f"x.yaml:{place}", code, message, hint)
