"""Usage is asked for by a splice that changes nothing else; a model is replaced likewise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.injection import find_model, replace_model, splice, supports_usage

ASK = b'"stream_options":{"include_usage":true}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"stream":true}', b'{"stream":true,' + ASK + b"}"),
        (b' {\n "stream" : true ,\n "n": 1 }\n', b' {\n "stream" : true,' + ASK + b' ,\n "n": 1 }\n'),
        (b'{"\\u0073tream":true}', b'{"\\u0073tream":true,' + ASK + b"}"),
        (b'\xef\xbb\xbf{"stream":true}', b'\xef\xbb\xbf{"stream":true,' + ASK + b"}"),
        ('{"a":"é日","stream":true}'.encode(), '{"a":"é日","stream":true,'.encode() + ASK + b"}"),
        (b'{"stream":true,"stream":true}', b'{"stream":true,"stream":true,' + ASK + b"}"),
        (b'{"stream":true,"stream_options":null}', b'{"stream":true,' + ASK + b"}"),
        (
            b'{"stream_options":{ },"stream":true}',
            b'{"stream_options":{"include_usage":true },"stream":true}',
        ),
        (
            b'{"stream":true,"stream_options":{"include_obfuscation":false}}',
            b'{"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}',
        ),
        (
            b'{"stream":true,"stream_options":{"x":1,"include_usage": false}}',
            b'{"stream":true,"stream_options":{"x":1,"include_usage": true}}',
        ),
        (
            b'{"stream":true,"stream_options":{"include_usage":null}}',
            b'{"stream":true,"stream_options":{"include_usage":true}}',
        ),
    ],
)
def test_usage_is_asked_for_and_every_other_byte_stays(body: bytes, expected: bytes) -> None:
    spliced = splice(body)
    assert spliced.body == expected
    assert spliced.injected
    assert spliced.stream
    assert not spliced.requested_usage
    assert spliced.reason == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"stream: true", "not_json"),
        (b'{"stream":true', "not_json"),
        (b'{"stream":true}{"stream":true}', "not_json"),
        (b'[{"stream":true}]', "not_json"),
        (b'{"stream":true,"x":\xff}', "not_json"),
        (b"{}", "not_a_stream"),
        (b'{"stream":false}', "not_a_stream"),
        (b'{"stream":null}', "not_a_stream"),
        (b'{"stream":"true"}', "not_a_stream"),
        (b'{"stream":1}', "not_a_stream"),
        (b'{"a":{"stream":true}}', "not_a_stream"),
        (b'{"a":"\\"stream\\":true"}', "not_a_stream"),
        (b'{"stream":true,"stream":false}', "not_a_stream"),
        (b'{"stream":false,"stream":true}', "duplicate_stream"),
        (b'{"stream":true,"stream_options":{},"stream_options":{}}', "duplicate_stream_options"),
        (b'{"stream":true,"stream_options":[]}', "stream_options_not_an_object"),
        (
            b'{"stream":true,"stream_options":{"include_usage":false,"include_usage":true}}',
            "duplicate_include_usage",
        ),
        (b'{"stream":true,"stream_options":{"include_usage":"yes"}}', "include_usage_not_a_boolean"),
        (b'{"stream":true,"data_sources":[{"type":"azure_search"}]}', "data_sources"),
    ],
)
def test_what_is_no_stream_or_is_ambiguous_stays_as_it_is_and_says_why(body: bytes, reason: str) -> None:
    spliced = splice(body)
    assert (spliced.body, spliced.injected, spliced.requested_usage, spliced.reason) == (
        body,
        False,
        False,
        reason,
    )


def test_a_client_that_asks_itself_is_left_alone_and_known() -> None:
    body = b'{"stream":true,"stream_options":{"include_usage":true}}'
    spliced = splice(body)
    assert spliced.body == body
    assert spliced.requested_usage
    assert not spliced.injected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)
OPTIONS = st.none() | st.fixed_dictionaries(
    {}, optional={"include_usage": st.sampled_from([True, False, None]), "x": VALUES}
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=5).filter(lambda k: k not in ("stream", "stream_options")), VALUES, max_size=4
    ),
    st.lists(st.tuples(st.sampled_from(["stream_options"]), OPTIONS), max_size=1),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from([None, 2]),
)
def test_the_spliced_body_is_what_a_json_round_trip_would_ask_for(
    rest: dict[str, object],
    options: list[tuple[str, object]],
    place: int,
    ascii_only: bool,
    indent: int | None,
) -> None:
    items = [*rest.items(), *options]
    items.insert(min(place, len(items)), ("stream", True))
    value = dict(items)
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8")
    spliced = splice(body)
    given_options = value.get("stream_options") or {}
    assert isinstance(given_options, dict)
    assert json.loads(spliced.body) == value | {"stream_options": given_options | {"include_usage": True}}
    assert spliced.requested_usage == (given_options.get("include_usage") is True)
    assert spliced.injected is (spliced.body != body)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_splicing_takes_any_bytes(body: bytes) -> None:
    assert splice(body).injected is (splice(body).body != body)
    replace_model(body, "a", "b")


@pytest.mark.parametrize(
    ("api", "version", "expected"),
    [
        ("chat", None, True),
        ("chat", "2024-10-21", True),
        ("chat", "2025-01-01-preview", True),
        ("chat", "2024-09-01-preview", True),
        ("chat", "2023-07-01-preview", False),
        ("chat", "preview", True),
        ("completions", None, True),
        ("embeddings", None, False),
        ("responses", None, False),
    ],
)
def test_old_api_versions_and_other_apis_are_not_asked(api: str, version: str | None, expected: bool) -> None:
    assert supports_usage(api, version) is expected


def test_a_model_is_replaced_in_place() -> None:
    body = '{"messages":[{"model":"chat"}], "\\u006dodel" : "chat" , "é":1}'.encode()
    replaced = replace_model(body, "chat", 'gpt-4.1 "ptu" é')
    assert replaced.replaced
    assert replaced.model == "chat"
    text = b'"gpt-4.1 \\"ptu\\" \\u00e9"'
    assert replaced.body == b'{"messages":[{"model":"chat"}], "\\u006dodel" : ' + text + ' , "é":1}'.encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"model", "not_json"),
        (b'{"x":{"model":"chat"}}', "missing_model"),
        (b'{"model":"chat","model":"chat"}', "duplicate_model"),
        (b'{"model":"chat","\\u006dodel":"other"}', "duplicate_model"),
        (b'{"model":null}', "missing_model"),
        (b'{"model":["chat"]}', "model_not_a_text"),
        (b'{"model":"chat2"}', "model_mismatch"),
        (b'{"model":"Chat"}', "model_mismatch"),
    ],
)
def test_a_model_that_is_not_the_alias_once_is_not_replaced(body: bytes, reason: str) -> None:
    replaced = replace_model(body, "chat", "gpt")
    assert (replaced.body, replaced.replaced, replaced.reason) == (body, False, reason)


def test_the_model_of_a_body_is_found() -> None:
    assert find_model(b'{"model":"chat"}').model == "chat"
    assert find_model(b'{"model":1}').reason == "model_not_a_text"
