from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.diagnostics import Rejected
from gatewright.harness.requestmap import Located, Unmapped, key, locate, read_map

MODELS = {"chat": "chat", "chat-small": "chat", "embeddings": "embeddings"}
HOST = "https://x.openai.azure.com"
BODY = b'{"model": "gpt-4o", "messages": []}'


def located(url: str, body: bytes = BODY, *names: tuple[str, str]) -> Located:
    found = locate("POST", HOST + url, body, MODELS, names)
    assert isinstance(found, Located)
    return found


def test_deployment_in_the_path_becomes_the_alias_and_so_does_the_model() -> None:
    found = located(
        "/openai/deployments/my-gpt/chat/completions?api-version=1&subscription-key=k",
        BODY,
        ("my-gpt", "chat"),
    )
    assert found.path == "/openai/deployments/chat/chat/completions"
    assert found.query == "api-version=1"
    assert found.body == b'{"model": "chat", "messages": []}'


@pytest.mark.parametrize(
    "path", ["/openai/v1/chat/completions", "/v1/chat/completions", "/openai/v1/v1/chat/completions"]
)
def test_undated_paths_are_one(path: str) -> None:
    assert located(path, BODY, ("gpt-4o", "chat")).path == "/openai/v1/chat/completions"


def test_name_of_two_types_goes_by_the_operation() -> None:
    """source: recordings 3c33813830 and 6e98d6aeec: one name, test-openai, for chat and embeddings."""
    names = (("test", "chat"), ("test", "embeddings"))
    assert located("/openai/deployments/test/embeddings", b"{}", *names).alias == "embeddings"
    assert located("/openai/deployments/test/chat/completions", b"{}", *names).alias == "chat"


def test_model_serves_where_the_deployment_has_no_alias() -> None:
    assert (
        located("/openai/deployments/x/chat/completions", BODY, ("gpt-4o", "chat-small")).alias
        == "chat-small"
    )


def test_alias_needs_no_mapping() -> None:
    body = b'{ "model" :"chat" }'
    assert located("/openai/v1/chat/completions", body).body == body


def test_model_that_stands_twice_is_still_replaced() -> None:
    body = b'{"model":"gpt-4o","messages":[{"role":"user","content":"x","model":"gpt-4o"}]}'
    assert (
        json.loads(located("/openai/v1/chat/completions", body, ("gpt-4o", "chat")).body)["model"] == "chat"
    )


def test_null_model_becomes_the_alias_where_the_path_has_a_deployment() -> None:
    """source: recording of Azure gpt-4.1-mini, 2025-10-17: it answers `"model": null`."""
    found = located("/openai/deployments/x/chat/completions", b'{"model": null}', ("x", "chat"))
    assert found.body == b'{"model": "chat"}'


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "/openai/v1/chat/completions", b""),
        ("POST", "/openai/v1/responses", BODY),
        ("POST", "/openai/deployments/x/audio/transcriptions", BODY),
        ("POST", "/models/chat/completions", BODY),
        ("POST", "/openai/v1/chat/completions", b"{}"),
        ("POST", "/openai/v1/embeddings", BODY),
    ],
)
def test_what_is_not_served_says_why(method: str, url: str, body: bytes) -> None:
    found = locate(method, HOST + url, body, MODELS, (("gpt-4o", "chat"),))
    assert isinstance(found, Unmapped)
    assert found.reason


def test_key_sees_json_not_its_spelling() -> None:
    one = key("POST", "/a", "x=1&y=2", b'{"a": 1, "b": "\\u00e9"}')
    assert one == key("POST", "/a", "y=2&x=1&subscription-key=k", '{"b":"é","a":1}'.encode())
    assert one != key("POST", "/a", "x=1&y=2", b'{"a": 2, "b": "\\u00e9"}')
    assert one != key("POST", "/b", "x=1&y=2", b'{"a": 1, "b": "\\u00e9"}')


@given(st.binary(max_size=60), st.text(max_size=20))
def test_any_body_and_query_have_a_key(body: bytes, query: str) -> None:
    assert key("POST", "/a", query, body) == key("POST", "/a", query, body)


@pytest.mark.parametrize("text", ["gpt-4o", "=chat", "gpt-4o=", "gpt-4o=chut"])
def test_map_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_map([text], MODELS)
    assert [d.code for d in caught.value.diagnostics] == ["EMU553"]
    assert caught.value.unreadable


def test_map_keeps_order_and_equals_signs_in_names() -> None:
    assert read_map(["a=b=chat", "c=chat"], MODELS) == (("a=b", "chat"), ("c", "chat"))
