"""Proof and attribution: nothing but the one right form is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.diagnostics import Rejected
from gatewright.metering.attribution import Attribution, Proofs
from proxy_addon.certificate import Certificates
from proxy_addon.faults import BAD_ATTRIBUTION, NO_PROOF
from proxy_addon.identity import Kinds, identify, is_internal, load_proofs

SECRET = "sixteen-or-more-characters"
HEADERS = [
    ("X-Gatewright-Tenant", "retail-search"),
    ("x-gatewright-subscription", "gw-retail-search"),
    ("x-gatewright-request-id", "11111111-2222-3333-4444-555555555555"),
    ("x-gatewright-model", "chat"),
    ("x-gatewright-proof", SECRET),
]
PROOFS = Proofs([SECRET.encode(), b"another-one-in-rotation"])


def test_one_of_each_is_believed() -> None:
    found = identify(HEADERS, PROOFS)
    assert isinstance(found, Attribution)
    assert (found.tenant, found.model, found.user) == ("retail-search", "chat", None)


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_no_other_proof_is_believed(proof: str) -> None:
    found = identify([*HEADERS[:-1], ("x-gatewright-proof", proof)], PROOFS)
    assert (found is NO_PROOF) == (proof not in (SECRET, "another-one-in-rotation"))


@given(st.permutations(HEADERS), st.sampled_from(HEADERS), st.booleans())
def test_a_header_that_is_missing_or_stands_twice_is_refused(
    headers: list[tuple[str, str]], one: tuple[str, str], twice: bool
) -> None:
    changed = [*headers, one] if twice else [field for field in headers if field != one]
    found = identify(changed, PROOFS)
    assert found is (NO_PROOF if one[0].endswith("proof") else BAD_ATTRIBUTION)


def test_one_of_several_kinds_is_enough_but_none_that_is_there_may_fail() -> None:
    kinds = Kinds([PROOFS, Certificates(["ab" * 32])])
    bare = HEADERS[:-1]
    good, bad = (("X-Forwarded-Client-Cert", f"Hash={text * 32}") for text in ("ab", "cd"))
    for proven in (HEADERS, [*bare, good], [*HEADERS, good]):
        assert isinstance(identify(proven, kinds), Attribution)
    for unproven in (bare, [*bare, bad], [*HEADERS, bad], [*bare, good, good], [*HEADERS[:-1], ("a", "b")]):
        assert identify(unproven, kinds) is NO_PROOF
    assert isinstance(
        identify([*HEADERS, bad], PROOFS), Attribution
    )  # a header that is no kind of proof here


@pytest.mark.parametrize(
    ("name", "internal"),
    [
        (b"x-gatewright-proof", True),
        (b"X-GATEWRIGHT-new", True),
        (b"x_gatewright_tenant", True),
        (b"X-Forwarded-Client-Cert", True),
        (b"X-Original-URL", True),
        (b"x_http_method_override", True),
        (b"x-local-exchange", False),
        (b"authorization", False),
    ],
)
def test_internal_headers_are_known_in_every_spelling(name: bytes, internal: bool) -> None:
    assert is_internal(name) is internal


@pytest.mark.parametrize(
    "secret", [b"", b"short", b"with a space in it", b"tab\tin the middle", b"\xff" * 20]
)
def test_a_secret_that_is_none_is_refused(tmp_path: Path, secret: bytes) -> None:
    file = tmp_path / "proof"
    file.write_bytes(secret)
    with pytest.raises(Rejected) as caught:
        load_proofs([file, tmp_path / "absent"])
    assert [fault.code for fault in caught.value.diagnostics] == ["PRX607", "PRX601"]
    assert not any(secret.decode("latin-1") in fault.message for fault in caught.value.diagnostics if secret)


def test_a_line_end_behind_a_secret_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "proof"
    file.write_bytes(SECRET.encode() + b"\r\n")
    assert load_proofs([file]).accept(SECRET)
