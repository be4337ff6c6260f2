"""Attribution is believed with one right proof, and one value of each header."""

from __future__ import annotations

import pytest

from gatewright.metering.attribution import (
    Attribution,
    Proofs,
    Refusal,
    read_attribution,
)

OLD, NEW = "old-secret-0123456789", "new-secret-0123456789"
PROOFS = Proofs([NEW.encode(), OLD.encode()])
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
HEADERS = {
    "x-gatewright-tenant": "retail-search",
    "x-gatewright-subscription": "gw-retail-search",
    "x-gatewright-request-id": GUID,
    "x-gatewright-model": "chat",
    "x-gatewright-proof": NEW,
}


def given_headers(**changes: str | None) -> list[tuple[str, str]]:
    named = {f"x-gatewright-{name.replace('_', '-')}": value for name, value in changes.items()}
    return [("host", "proxy"), *((k, v) for k, v in (HEADERS | named).items() if v is not None)]


def test_attribution_is_read_with_either_proof() -> None:
    expected = Attribution("retail-search", "gw-retail-search", GUID, "chat")
    assert read_attribution(given_headers(), PROOFS) == expected
    assert read_attribution(given_headers(proof=OLD), PROOFS) == expected


def test_names_are_read_in_any_case_and_the_user_is_optional() -> None:
    headers = [(name.title(), value) for name, value in given_headers(user="ab12" * 8)]
    found = read_attribution(headers, PROOFS)
    assert isinstance(found, Attribution)
    assert found.user == "ab12" * 8


@pytest.mark.parametrize(
    ("change", "reason", "header"),
    [
        ({"proof": None}, "no_proof", "proof"),
        ({"proof": "x" * 21}, "wrong_proof", "proof"),
        ({"proof": ""}, "wrong_proof", "proof"),
        ({"proof": NEW[:-1]}, "wrong_proof", "proof"),
        ({"proof": NEW + "é\udc80"}, "wrong_proof", "proof"),
        ({"tenant": None}, "missing_header", "tenant"),
        ({"request_id": None}, "missing_header", "request-id"),
        ({"tenant": "Retail"}, "malformed_header", "tenant"),
        ({"tenant": "retail-search\n"}, "malformed_header", "tenant"),
        ({"tenant": "retail, other"}, "malformed_header", "tenant"),
        ({"subscription": "a b"}, "malformed_header", "subscription"),
        ({"request_id": "1"}, "malformed_header", "request-id"),
        ({"model": "../chat"}, "malformed_header", "model"),
        ({"user": "ada@example.org"}, "malformed_header", "user"),
    ],
)
def test_what_is_missing_wrong_or_malformed_is_refused(
    change: dict[str, str | None], reason: str, header: str
) -> None:
    assert read_attribution(given_headers(**change), PROOFS) == Refusal(reason, f"x-gatewright-{header}")


@pytest.mark.parametrize("name", list(HEADERS))
def test_a_header_that_stands_twice_is_refused_even_with_the_same_value(name: str) -> None:
    headers = [*given_headers(), (name.upper(), HEADERS[name])]
    assert read_attribution(headers, PROOFS) == Refusal("duplicate_header", name)


def test_a_wrong_proof_is_refused_before_the_ids_are_looked_at() -> None:
    refused = read_attribution(given_headers(proof="wrong-wrong-wrong-wrong", tenant="?"), PROOFS)
    assert refused == Refusal("wrong_proof", "x-gatewright-proof")


@pytest.mark.parametrize("secrets", [[], [b"short"], [b"x" * 16] * 3])
def test_proofs_are_one_or_two_long_secrets(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="proof"):
        Proofs(secrets)


def test_proofs_do_not_show_themselves() -> None:
    assert NEW not in repr(PROOFS)
