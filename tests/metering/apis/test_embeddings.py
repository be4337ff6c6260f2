"""Embeddings: from the end of large documents, and only where that is certain."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.apis import Reading, reader_for
from gatewright.metering.apis.interpreter import Interpreter
from gatewright.metering.usage import TokenUsage

VECTOR = [round(math.sin(i), 9) for i in range(5000)]
USAGE = {"prompt_tokens": 5, "total_tokens": 5}


def read(body: bytes, size: int = 1460) -> Reading:
    reader = reader_for("POST", "/v1/embeddings")
    assert reader is not None
    for start in range(0, len(body), size):
        reader.feed(body[start : start + size])
    return reader.finish()


def document(**members: object) -> bytes:
    data = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": VECTOR}]}
    return json.dumps(data | members).encode()


@pytest.fixture
def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, body: object) -> None:
        raise AssertionError("the whole document was parsed")

    monkeypatch.setattr(Interpreter, "document", refuse)


@pytest.mark.usefixtures("no_parsing")
@pytest.mark.parametrize(
    "members",
    [
        {"model": "text-embedding-3-small", "usage": USAGE},
        {"usage": USAGE, "model": "text-embedding-3-small"},
        {"model": "text-embedding-3-small", "usage": USAGE, "id": "e", "extra": {"a": ["}", 1]}},
    ],
)
def test_usage_and_model_are_read_from_the_end_without_parsing_it_all(members: dict[str, object]) -> None:
    reading = read(document(**members))
    assert reading.reported is not None
    assert reading.reported.usage == TokenUsage(5, None, 5)
    assert (reading.model, reading.ended) == ("text-embedding-3-small", True)


@pytest.mark.usefixtures("no_parsing")
def test_a_model_in_front_of_the_data_is_found() -> None:
    body = b'{ "object": "list", "model": "m", ' + document(usage=USAGE).lstrip(b"{")
    assert read(body).model == "m"


def test_usage_in_front_of_the_data_is_read_from_the_whole() -> None:
    body = b'{"usage":{"prompt_tokens":5,"total_tokens":5},' + document().lstrip(b"{")
    reading = read(body)
    assert reading.reported is not None
    assert reading.reported.usage == TokenUsage(5, None, 5)


@pytest.mark.parametrize(
    "nested", [{"x": {"usage": USAGE}}, {"x": [{"usage": USAGE}]}, {"x": {"usage": USAGE}, "y": 1}]
)
def test_a_nested_usage_at_the_end_is_not_taken_for_the_documents(nested: dict[str, object]) -> None:
    assert read(document(**nested)).reported is None


def test_a_document_that_was_cut_off_has_no_usage() -> None:
    reading = read(document(model="m", usage=USAGE)[:-1])
    assert (reading.reported, reading.detail, reading.ended) == (None, "body_is_not_json", False)


def test_base64_vectors_are_read_alike() -> None:
    body = json.dumps({"data": [{"embedding": "AAAA" * 20000}], "model": "m", "usage": USAGE}).encode()
    reading = read(body)
    assert reading.reported is not None
    assert reading.model == "m"


MEMBERS = st.dictionaries(
    st.sampled_from(["usage", "model", "a", "b"]),
    st.sampled_from([USAGE, {"usage": USAGE}, [USAGE], None, "usage", '"usage":{}', {"prompt_tokens": 9}]),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(MEMBERS, st.sampled_from([None, 1]), st.integers(0, 5))
def test_the_end_says_the_same_as_the_whole(
    members: dict[str, object], indent: int | None, place: int
) -> None:
    items = list(members.items())
    items.insert(min(place, len(items)), ("data", ["x" * 9000]))
    body = json.dumps(dict(items), indent=indent).encode()
    found = read(body).reported
    small = json.dumps(dict(items) | {"data": []}, indent=indent).encode()
    expected = read(small).reported
    assert (found.usage if found else None) == (expected.usage if expected else None)
