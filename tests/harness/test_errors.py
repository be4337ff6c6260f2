from __future__ import annotations

import pytest

from gatewright.harness import errors

PLACE = errors.Place("llm-token-limit", "product", "inbound", "llm-token-limit[1]", "")


def test_key_bodies_have_the_lengths_seen_on_the_wire() -> None:
    """Content-Length 152, 143 and 84 in public captures (semantics 3.3)."""
    assert len(errors.key_missing("https://h/p", "api-key").body) == 152
    assert len(errors.key_invalid("https://h/p", "api-key").body) == 143
    assert len(errors.body(429, "Rate limit is exceeded. Try again in 57 seconds.")) == 84


def test_the_missing_key_is_told_differently_to_client_and_policy() -> None:
    fault = errors.key_missing("https://h/p", "api-key")
    assert fault.body.endswith(b'requests to an API." }')
    assert fault.message.endswith("requests to this API.")


def test_the_challenge_names_realm_and_header() -> None:
    fault = errors.key_invalid("https://gw.example.org/openai", "api-key")
    expected = 'AzureApiManagementKey realm="https://gw.example.org/openai",name="api-key",type="header"'
    assert fault.headers == (("WWW-Authenticate", expected),)


def test_token_bodies_are_the_captured_ones() -> None:
    assert errors.token_limit(41, "Retry-After", PLACE).body == (
        b'{ "statusCode": 429, "message": "Token limit is exceeded. Try again in 41 seconds." }'
    )
    assert errors.token_quota(1293, "Retry-After", PLACE).body == (
        b'{ "statusCode": 403, "message": '
        b'"Token quota is exceeded. Try again in 21 minutes and 33 seconds." }'
    )


def test_a_prompt_that_never_fits_gets_no_time() -> None:
    fault = errors.token_limit(None, "Retry-After", PLACE)
    assert fault.headers == ()
    assert fault.body == b'{ "statusCode": 429, "message": "Token limit is exceeded." }'


def test_internal_error_carries_the_request_id() -> None:
    fault = errors.internal("set-variable", "ExpressionValueEvaluationFailure", "why", "an-id")
    assert fault.body == b'{ "statusCode": 500, "message": "Internal server error", "activityId": "an-id" }'


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (61, "1 minute and 1 second"),
        (90061, "1 day, 1 hour, 1 minute and 1 second"),
        (86400, "1 day"),
    ],
)
def test_durations_read_as_words(seconds: int, text: str) -> None:
    assert errors.in_words(seconds) == text
