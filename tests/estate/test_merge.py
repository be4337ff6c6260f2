from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from gatewright.diagnostics import Span
from gatewright.diagnostics.yaml import Node, compose
from gatewright.estate.merge import empty_values, merge, merged, plain

KEYS = st.sampled_from(["a", "b", "c"])


def typed(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Layers of one shape: `m` and `n` are maps, `l` a list, `s` a scalar; leaves may stand anywhere."""
    scalars = st.dictionaries(KEYS, leaf, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "m": st.dictionaries(KEYS, scalars, max_size=3),
            "n": scalars,
            "l": st.lists(st.integers(0, 9), max_size=3),
            "s": leaf,
        },
    )


VALUES = typed(st.integers(0, 9))
WITH_NULLS = typed(st.one_of(st.none(), st.integers(0, 9)))


def node(value: Any, file: str = "x") -> Node:
    span = Span(file, 1, 1, 1, 2)
    if isinstance(value, dict):
        return Node({k: node(v, file) for k, v in value.items()}, span, dict.fromkeys(value, span))
    if isinstance(value, list):
        return Node(tuple(node(item, file) for item in value), span)
    return Node(value, span)


def by_the_book(base: Any, over: Any) -> Any:
    """Maps merge by key, lists and scalars replace, null removes."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = by_the_book(result[key], value) if key in result else value
    return result


@given(WITH_NULLS, WITH_NULLS)
def test_merging_nodes_is_merging_values(base: Any, over: Any) -> None:
    assert merge(node(base), node(over)).plain() == by_the_book(base, over)


@given(VALUES, VALUES, VALUES)
def test_without_null_the_grouping_of_layers_does_not_matter(a: Any, b: Any, c: Any) -> None:
    left = merge(merge(node(a), node(b)), node(c))
    right = merge(node(a), merge(node(b), node(c)))

    assert left.plain() == right.plain()


@given(WITH_NULLS)
def test_a_layer_over_itself_changes_nothing(layer: Any) -> None:
    once = merged([node(layer)])

    assert plain(merge(once, once)) == plain(once)


@given(VALUES, KEYS)
def test_null_removes_what_lower_layers_said_and_a_higher_one_may_say_it_anew(base: Any, key: str) -> None:
    removed = merged([node(base), node({"n": {key: None}})])
    anew = merge(removed, node({"n": {key: 7}}))

    without, again = cast(Any, plain(removed)), cast(Any, plain(anew))
    assert key not in without["n"]
    assert again["n"][key] == 7


@given(WITH_NULLS, WITH_NULLS)
def test_each_value_keeps_the_place_it_was_written_at(base: Any, over: Any) -> None:
    result = merge(node(base, "base.yaml"), node(over, "over.yaml"))

    assert isinstance(result.value, dict)
    for key, item in result.value.items():
        assert item.span.file == ("over.yaml" if key in over else "base.yaml")
        assert result.keys[key].file == item.span.file


def test_keys_keep_the_order_of_the_lower_layer() -> None:
    result = merge(compose("{b: 1, a: 2}", "x"), compose("{c: 3, a: 4}", "y"))

    found = plain(result)
    assert isinstance(found, dict)
    assert list(found) == ["b", "a", "c"]


def test_lists_become_tuples_and_keep_their_nulls() -> None:
    assert plain(compose("{a: [1, null, {b: null}]}", "x")) == {"a": (1, None, {})}


def test_only_a_key_with_nothing_after_it_is_empty() -> None:
    text = "a:\nb: null\nc: ~\nd: ''\ne: {f: , g: {}}\nh: [{i: }]\n"

    assert [item.message for item in empty_values(compose(text, "x"))] == [
        '"a" has no value',
        '"f" has no value',
        '"i" has no value',
    ]
