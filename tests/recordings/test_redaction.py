"""A recording holds no credential and no personal header, by default."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.recorded import meter
from gatewright.recordings import REDACTED, Exchange, read_har, redact

SECRET = "s3cr3t-value-0001"
EXCHANGE = Exchange("POST", "https://a.example.org/openai/v1/embeddings", status=200)


@pytest.mark.parametrize(
    "name",
    [
        *("api-key", "Authorization", "Ocp-Apim-Subscription-Key", "Cookie", "Set-Cookie", "x-api-key"),
        *("Proxy-Authorization", "x-ms-token-aad-access-token", "X-Gatewright-Proof", "x-functions-key"),
        *(
            "X-Forwarded-For",
            "From",
            "X-MS-CLIENT-PRINCIPAL-NAME",
            "x-azure-clientip",
            "x-real-ip",
            "Forwarded",
        ),
        *("x-amz-security-token", "x-goog-api-key", "anthropic-api-key", "Openai-Organization", " API-KEY "),
        "x-azure-clientip",
    ],
)
def test_headers_with_credentials_or_persons_are_redacted_on_both_sides(name: str) -> None:
    found = redact(replace(EXCHANGE, request_headers=((name, SECRET),), response_headers=((name, SECRET),)))
    assert found.request_headers == found.response_headers == ((name, REDACTED),)


@pytest.mark.parametrize("value", [f"Bearer {SECRET}", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIi", f"basic {SECRET}"])
def test_a_credential_under_any_name_is_redacted(value: str) -> None:
    found = redact(replace(EXCHANGE, request_headers=(("x-custom", value),)))
    assert found.request_headers == (("x-custom", REDACTED),)


@pytest.mark.parametrize(
    "header",
    [
        ("Content-Type", "application/json"),
        ("User-Agent", "OpenAI/Python 1.58"),
        ("x-ratelimit-remaining-tokens", "59000"),
        ("x-ms-region", "Sweden Central"),
        ("x-request-id", "1"),
        ("Retry-After", "7"),
        ("x-gatewright-tenant", "retail-search"),
    ],
)
def test_headers_that_replay_or_reports_need_stay(header: tuple[str, str]) -> None:
    found = redact(replace(EXCHANGE, request_headers=(header,), response_headers=(header,)))
    assert found.request_headers == found.response_headers == (header,)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://a/x?subscription-key=K&api-version=1",
            "https://a/x?subscription-key=REDACTED&api-version=1",
        ),
        ("https://a/x?API-KEY=K", "https://a/x?API-KEY=REDACTED"),
        ("https://a/x?sig=K&code=K&key=K#f", "https://a/x?sig=REDACTED&code=REDACTED&key=REDACTED#f"),
        ("https://a/x?%6bey=K", "https://a/x?%6bey=REDACTED"),
        ("https://a/x?access_token=K&key", "https://a/x?access_token=REDACTED&key"),
        ("https://u:K@a/x", "https://REDACTED@a/x"),
        ("https://a/x?monkey=1", "https://a/x?monkey=1"),
    ],
)
def test_keys_in_the_query_are_redacted(url: str, expected: str) -> None:
    assert redact(replace(EXCHANGE, url=url)).url == expected


def test_keys_in_a_request_body_are_redacted_and_the_length_fits() -> None:
    body = json.dumps(
        {
            "messages": [{"role": "user", "content": 'say "key": "x"'}],
            "data_sources": [{"parameters": {"authentication": {"type": "api_key", "key": SECRET}}}],
            "tools": [{"type": "mcp", "authorization": SECRET, "headers": {"Authorization": SECRET}}],
        }
    ).encode()
    headers = (("Content-Length", str(len(body))),)
    found = redact(replace(EXCHANGE, request_body=body, request_headers=headers))
    assert SECRET.encode() not in found.request_body
    assert json.loads(found.request_body)["messages"][0]["content"] == 'say "key": "x"'
    assert found.request_headers == (("Content-Length", str(len(found.request_body))),)


def test_bodies_and_chunks_stay_as_they_are_by_default() -> None:
    exchange = replace(
        EXCHANGE, request_body=b'{"input":"hi"}', response_body=b"ab", chunks=((1.0, b"a"), (2.0, b"b"))
    )
    assert redact(exchange) == exchange


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(max_size=10), st.text(max_size=10), st.binary(max_size=30))
def test_any_exchange_is_redacted_and_once_is_enough(url: str, name: str, value: str, body: bytes) -> None:
    once = redact(Exchange("GET", url, ((name, value),), body, response_headers=((name, value),)))
    assert redact(once) == once


def test_prompts_may_be_hashed_in_documents_and_streams() -> None:
    exchange = replace(
        EXCHANGE,
        request_body=b'{"model":"chat","messages":[{"role":"user","content":"secret plan"}],"n":5}',
        response_body=b'data: {"x":[{"content":"my answer"}],"usage":{"total_tokens":3}}\n\ndata: [DONE]\n\n',
        chunks=((1.0, b"x"),),
    )
    found = redact(exchange, prompt_key=b"k" * 32)
    request = json.loads(found.request_body)
    assert (request["model"], request["n"], request["messages"][0]["role"]) == ("chat", 5, "user")
    assert request["messages"][0]["content"].startswith("hash:")
    assert b"secret plan" not in found.request_body
    assert b"my answer" not in found.response_body
    assert found.response_body.endswith(b"\n\ndata: [DONE]\n\n")
    assert b'"usage":{"total_tokens":3}' in found.response_body
    assert found.chunks == ()
    assert found.hashed
    assert redact(exchange, prompt_key=b"k" * 32) == found
    assert redact(exchange, prompt_key=b"j" * 32).request_body != found.request_body


def test_times_of_a_stream_stay_where_prompts_are_hashed() -> None:
    first, second = b'data: {"content":"hello"}\n\n', b"data: [DONE]\n\n"
    parts = ((1.0, first[:10]), (2.0, first[10:] + second[:3]), (3.0, second[3:]))
    found = redact(replace(EXCHANGE, response_body=first + second, chunks=parts), prompt_key=b"k" * 32)
    assert [time for time, _ in found.chunks] == [2.0, 3.0]
    assert b"".join(data for _, data in found.chunks) == found.response_body


@pytest.mark.parametrize("name", ["x-employee", "X-Corp-Key", "tracestate", "cf-ray"])
def test_values_under_unknown_names_go_where_only_known_ones_may_stay(name: str) -> None:
    exchange = replace(
        EXCHANGE, url=EXCHANGE.url + f"?api-version=1&{name}=jane", request_headers=((name, "jane"),)
    )
    assert redact(exchange).request_headers == ((name, "jane"),)
    found = redact(exchange, known_only=True)
    assert found.request_headers == ((name, REDACTED),)
    assert found.url == EXCHANGE.url + f"?api-version=1&{name}={REDACTED}"


def test_no_usage_is_lost_where_prompts_are_hashed(test_data: Path) -> None:
    metered = 0
    for file in sorted((test_data / "recordings" / "har").glob("*.har")):
        for exchange in read_har(file):
            before = meter(exchange).usage
            after = meter(redact(exchange, prompt_key=b"k" * 32, known_only=True)).usage
            assert replace(after, characters=None) == replace(before, characters=None), exchange.source
            metered += before.total_tokens is not None
    assert metered > 900
