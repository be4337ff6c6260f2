"""The header of the ingress: one element with one hash, which must be known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addon.certificate import HEADER, MAX_BYTES, Certificates, hash_in, thumbprint

KNOWN, OTHER = "ab" * 32, "cd" * 32
CERT = "-----BEGIN%20CERTIFICATE-----%0AMIIB%3D%0A-----END%20CERTIFICATE-----"
FOUND = Certificates([KNOWN, "ef" * 32])


@pytest.mark.parametrize(
    "value",
    [
        f"Hash={KNOWN}",
        f"Hash={KNOWN.upper()};",
        f'Hash={KNOWN};Cert="{CERT}";Chain="{CERT}";',
        f'By=spiffe://x;Hash={KNOWN};Subject="CN=gw, O=\\"Hash=\\",Hash={OTHER}";URI=',
    ],
)
def test_the_one_known_certificate_is_believed(value: str) -> None:
    assert FOUND.holds(HEADER, value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        f"Hash={OTHER}",
        f"Hash={KNOWN[:-2]}",
        f"Hash={KNOWN},Hash={OTHER}",
        f"Hash={OTHER},Hash={KNOWN}",
        f"Hash={KNOWN};Hash={KNOWN}",
        f"Hash={OTHER};hash={KNOWN}",
        f'Subject="CN=x;Hash={KNOWN}"',
        f'Subject="CN=x\\";Hash={KNOWN}"',
        f'Subject="CN=x;Hash={KNOWN}',
        f"Hash={KNOWN} ; x",
        f"X-Hash={KNOWN}",
        f"Hash ={KNOWN}",
        f"Hash={KNOWN}\x00",
        ("AB:" * 32)[:-1].join(["Hash=", ""]),
        f'Hash={KNOWN};Cert="{"x" * MAX_BYTES}"',
        KNOWN,
    ],
)
def test_anything_else_is_not(value: str) -> None:
    assert not FOUND.holds(HEADER, value)


@given(st.text(alphabet='Hash=";\\,ab0', max_size=120))
def test_no_text_without_the_thumbprint_is_believed(value: str) -> None:
    assert hash_in(value) is None or KNOWN not in value.lower()
    assert not FOUND.holds(HEADER, value)


def test_a_thumbprint_is_read_as_openssl_prints_it() -> None:
    assert thumbprint(("AB:" * 32)[:-1]) == KNOWN
    assert thumbprint("ab" * 20) is None  # SHA-1, as portals like to show it
