"""Request targets: whatever two servers could read differently is not one of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addon.paths import parse

SEGMENT = st.from_regex(r"[a-z][a-z0-9._-]{0,20}", fullmatch=True)


def test_the_alias_becomes_the_deployment_and_the_query_stays() -> None:
    target = parse(b"/b/gw-a/-/openai/deployments/chat/chat/completions?api-version=1&x=%2F..")
    assert target is not None
    assert (target.backend, target.alias, target.operation) == ("gw-a", "chat", "chat/completions")
    assert target.for_deployment("d-1") == "/openai/deployments/d-1/chat/completions?api-version=1&x=%2F.."


def test_v1_has_no_alias() -> None:
    target = parse(b"/b/gw-a/-/openai/v1/embeddings")
    assert target is not None
    assert (target.alias, target.operation) == (None, "embeddings")
    assert target.for_deployment("d") == "/openai/v1/embeddings"


def test_an_empty_query_stays() -> None:
    target = parse(b"/b/gw-a/-/openai/v1/embeddings?")
    assert target is not None
    assert target.for_deployment("d") == "/openai/v1/embeddings?"


@given(st.binary(max_size=60), st.integers(0, 60))
def test_what_is_accepted_is_plain(noise: bytes, at: int) -> None:
    good = b"/b/gw-a/-/openai/v1/chat/completions"
    raw = good[:at] + noise + good[at:]
    target = parse(raw)
    if target is None:
        return
    path, _, query = raw.partition(b"?")
    assert path.startswith(b"/b/")
    assert not set(path) & set(b"%\\;# \t\r\n\x00")
    assert b"//" not in path
    assert not [part for part in path.split(b"/")[1:] if not part.strip(b".")]
    assert f"/b/{target.backend}/-{target.path}".encode() == path
    assert (target.query or "").encode() == query


@given(st.lists(SEGMENT, min_size=1, max_size=6))
def test_plain_paths_are_accepted(segments: list[str]) -> None:
    target = parse(("/b/gw-a/-/" + "/".join(segments)).encode())
    assert target is not None
    assert target.segments == tuple(segments)


@pytest.mark.parametrize(
    ("path", "form", "operation"),
    [
        ("openai/deployments/chat/images/edits", "openai/deployments", "images/edits"),
        ("openai/v1/responses", "openai/v1", "responses"),
        ("openai/responses", "openai", "responses"),
        ("openai/deployments/chat", "openai", "deployments/chat"),
        ("v1/moderations", "v1", "moderations"),
        ("models/chat/completions", "models", "chat/completions"),
        ("anthropic/v1/messages/count_tokens", "anthropic/v1", "messages/count_tokens"),
        ("openai/v1", "openai/v1", ""),
        ("v2/chat/completions", "", ""),
        ("x/openai/v1/responses", "", ""),
    ],
)
def test_what_stands_before_an_operation_is_told_apart(path: str, form: str, operation: str) -> None:
    target = parse(f"/b/gw-a/-/{path}".encode())
    assert target is not None
    assert (target.form, target.operation) == (form, operation)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("api-version=1", False),
        ("modelx=1&xmodel=2", False),
        ("model=chat", True),
        ("a=1&Deployment=x", True),
        ("a=1;model=x", True),
        ("%4dodel", True),
    ],
)
def test_a_model_in_a_query_is_seen(query: str, names: bool) -> None:
    target = parse(f"/b/gw-a/-/openai/v1/embeddings?{query}".encode())
    assert target is not None
    assert target.names_model is names
