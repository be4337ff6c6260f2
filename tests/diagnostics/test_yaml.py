from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatewright.diagnostics import Rejected
from gatewright.diagnostics.yaml import MAX_DEPTH, Plain, compose, decode, dump, walk


def read(text: str) -> Plain:
    return compose(text, "x.yaml").plain()


def refusal(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(Rejected) as found:
        compose(text, "x.yaml")
    return [(item.code, str(item.span), item.message) for item in found.value.diagnostics]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ('"12"', "12"),
        ("'true'", "true"),
        ("|\n  12\n", "12\n"),
    ],
)
def test_scalars_of_the_core_schema(text: str, value: object) -> None:
    """Source: https://yaml.org/spec/1.2.2/#103-core-schema."""
    found = read(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    "no yes on off NO True Null 1:30 2027-03-31 0815 0x1F 1_000 .inf .nan = 60k 12345678901234567890".split(),
)
def test_nothing_surprising_happens_to_plain_texts(text: str) -> None:
    """Source: design.md, "no surprises from no, on, 1:30"; our reading for the others."""
    assert read(text) == text


def test_every_value_and_key_knows_its_place() -> None:
    node = compose("a: 1\nbc:\n  - x\n  - {d: [äöü, z]}\n", "x.yaml")

    assert str(node.at(["a"])) == "x.yaml:1:4"
    assert str(node.key_at(["bc"])) == "x.yaml:2:1"
    assert str(node.at(["bc", 1, "d", 1])) == "x.yaml:4:15"
    assert str(node.key_at(["bc", 1, "d"])) == "x.yaml:4:6"
    assert str(node.at(["bc", 7, "d"])) == "x.yaml:3:3"  # the nearest that exists
    assert (node.at(["bc", 1, "d", 0]).end_line, node.at(["bc", 1, "d", 0]).end_column) == (4, 13)


def test_a_place_counts_characters_behind_a_byte_order_mark() -> None:
    node = compose(decode("a: [ü, x]".encode("utf-8-sig"), "x.yaml"), "x.yaml")

    assert str(node.at(["a", 1])) == "x.yaml:1:8"


def test_every_duplicate_key_is_told() -> None:
    assert refusal("a: 1\nb: {c: 1, c: 2}\na: 2\n") == [
        ("CFG102", "x.yaml:2:11", '"c" stands here again; it is already set in line 2'),
        ("CFG102", "x.yaml:3:1", '"a" stands here again; it is already set in line 1'),
    ]


@pytest.mark.parametrize("key", ["1", '"1"', "'1'"])
def test_a_key_is_a_text_however_it_is_written(key: str) -> None:
    assert refusal(f"1: a\n{key}: b\n")[0][0] == "CFG102"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: !!python/name:os", "1:4", "the tag tag:yaml.org,2002:python/name:os is not allowed"),
        ("a: !!str 5", "1:4", "the tag tag:yaml.org,2002:str is not allowed"),
        ('a: !!int "5"', "1:4", "the tag tag:yaml.org,2002:int is not allowed"),
        ("a: !secret x", "1:4", "the tag !secret is not allowed"),
        ("a: !!set {}", "1:4", "the tag tag:yaml.org,2002:set is not allowed"),
        ("a: !!map {}", "1:4", "the tag tag:yaml.org,2002:map is not allowed"),
        ("b: &b {x: 1}\na: {<<: *b}", "2:5", "merge keys are not allowed"),
        ("{[1]: 2}", "1:2", "a key must be a plain text"),
    ],
)  # fmt: skip
def test_what_configuration_may_not_use(text: str, place: str, message: str) -> None:
    assert refusal(text) == [("CFG103", f"x.yaml:{place}", message)]


def test_a_quoted_merge_key_is_a_key() -> None:
    assert read('"<<": 1') == {"<<": 1}


def test_anchors_and_aliases_are_read() -> None:
    assert read("a: &a {x: 1}\nb: *a\n") == {"a": {"x": 1}, "b": {"x": 1}}


def test_aliases_may_not_explode() -> None:
    """Source: the "billion laughs" attack, https://en.wikipedia.org/wiki/Billion_laughs_attack."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    assert [code for code, _, _ in refusal("\n".join(lines))] == ["CFG103"]


def test_an_alias_may_not_hold_itself() -> None:
    assert [code for code, _, _ in refusal("a: &a [*a]")] == ["CFG103"]


def test_nesting_is_bounded() -> None:
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert refusal("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2))[0][0] == "CFG103"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1\n", "2:1"),
        ("a: b: c", "1:5"),
        ("a: *nobody", "1:4"),
        ("a:\n\tb: 1\n", "2:1"),
        ("a: 1\n---\nb: 2", "2:1"),
        ("a: @x\n", "1:4"),
        ('a: "x\n', "2:1"),
        ("a: \x07", "1:4"),
    ],
)
def test_broken_yaml_says_where_it_breaks(text: str, place: str) -> None:
    [(code, where, message)] = refusal(text)

    assert code == "CFG101"
    assert message
    assert where == f"x.yaml:{place}"


def test_bytes_that_are_no_utf8_say_where() -> None:
    with pytest.raises(Rejected) as found:
        decode("ok: 1\nname: tw\xf6\n".encode("latin-1"), "x.yaml")

    [item] = found.value.diagnostics
    assert (item.code, str(item.span), item.message) == ("CFG100", "x.yaml:2:9", "byte 0xf6 is not UTF-8")
    assert found.value.unreadable


def test_walking_meets_every_value_once() -> None:
    node = compose("a: [1, {b: 2}]", "x.yaml")

    assert [path for path, _ in walk(node)] == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b")]


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**15), 10**15), st.text(st.characters(codec="utf-8"))
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
@example("0E0")
@example({"1e5": ["2e-3", 2e-3, "08", "-0"]})
def test_what_is_written_is_read_back(value: Plain) -> None:
    assert read(dump(value)) == value


@given(st.text())
def test_any_text_is_read_or_refused_with_its_file(text: str) -> None:
    try:
        files = {compose(text, "x.yaml").span.file}
    except Rejected as refused:
        files = {item.span.file for item in refused.diagnostics if item.span}

    assert files == {"x.yaml"}
