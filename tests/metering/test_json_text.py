"""The member scanner agrees with a strict parser, and its offsets are exact."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.json_text import BOM, NotJson, loads, read_object, scan_object, text_at

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=6)


def strictly(data: bytes) -> object:
    def refuse(name: str) -> object:
        raise ValueError(name)

    return json.loads(data.decode("utf-8"), parse_constant=refuse)


@settings(max_examples=150, deadline=None)
@given(OBJECTS, st.booleans(), st.sampled_from([None, 1, 3]), st.sampled_from([b"", b" ", b"\n\t ", BOM]))
def test_members_are_those_of_a_parser_and_offsets_cut_out_their_values(
    value: dict[str, object], ascii_only: bool, indent: int | None, lead: bytes
) -> None:
    data = lead + json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        with pytest.raises(NotJson):
            scan_object(data)
        return
    found = scan_object(data)
    assert {member.key: member.value for member in found.members} == value
    for member in found.members:
        assert strictly(data[member.start : member.end]) == value[member.key]
        assert strictly(b"{" + data[member.key_start : member.end] + b"}") == {member.key: member.value}
    assert data[found.start : found.start + 1] == b"{"
    assert data[found.end - 1 : found.end] == b"}"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40) | st.text(alphabet='{}[]":,tru e1.-\\u0', max_size=24).map(str.encode))
def test_any_bytes_are_refused_exactly_where_a_strict_parser_refuses_them(data: bytes) -> None:
    try:
        expected = strictly(data)
    except (ValueError, RecursionError):
        expected = None
    if isinstance(expected, dict):
        assert {member.key: member.value for member in scan_object(data).members} == expected
    else:
        with pytest.raises(NotJson):
            scan_object(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}x",
        b'{"a":1,}',
        b'{"a" 1}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b"{'a':1}",
        b'{"a":01}',
        b'{"a":"\n"}',
        b'{"a":\xff}',
        b'{"\xff":1}',
        b'[{"a":1}]',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_not_one_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(NotJson):
        scan_object(data)
    with pytest.raises(NotJson):
        read_object(data)


def test_a_name_that_stands_twice_is_found_twice_and_escapes_are_resolved() -> None:
    found = scan_object(b'{"\\u0073tream": 1, "stream": 2}')
    assert [member.value for member in found.named("stream")] == [1, 2]


def test_offsets_count_bytes_not_characters() -> None:
    data = '{"é": "日本", "b": [true]}'.encode()
    member = scan_object(data).members[1]
    assert data[member.start : member.end] == b"[true]"


def test_an_object_inside_a_larger_text_keeps_the_texts_offsets() -> None:
    data = b'{"a":{"b":1}}'
    outer = scan_object(data).members[0]
    inner = scan_object(data, outer.start, outer.end).members[0]
    assert data[inner.start : inner.end] == b"1"


def test_text_at_takes_no_empty_text_and_no_wrong_kind() -> None:
    value = loads(b'{"a":{"b":"x","c":""},"d":1}')
    assert text_at(value, "a", "b") == "x"
    assert text_at(value, "a", "c") is None
    assert text_at(value, "d", "b") is None
