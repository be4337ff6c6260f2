"""Which answers are final, and that nothing of the receiver's text is kept."""

from __future__ import annotations

import pytest

from proxy_addon.sinks.answers import answer, error_code
from proxy_addon.sinks.sink import Delivered, Refused, TryAgain


@pytest.mark.parametrize("status", [200, 202, 204])
def test_success_is_delivered(status: int) -> None:
    assert answer(status, None, None) == Delivered()


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_fault_of_the_parcel_is_final(status: int) -> None:
    assert answer(status, "InvalidRecord", 5.0) == Refused(f"HTTP {status} InvalidRecord")


@pytest.mark.parametrize("status", [302, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504])
def test_everything_else_may_change(status: int) -> None:
    assert answer(status, None, 7.0) == TryAgain(f"HTTP {status}", 7.0)


@pytest.mark.parametrize("code", ["InvalidStream", "InvalidDcrImmutableId", "MissingApiVersionParameter"])
def test_a_fault_of_the_set_up_is_waited_out(code: str) -> None:
    assert answer(400, code, None) == TryAgain(f"HTTP 400 {code}")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error":{"code":"InvalidStream","message":"secret"}}', "InvalidStream"),
        (b'{"error":{"code":"the row {\\"Consumer\\"} is bad"}}', None),
        (b'{"error":"InvalidStream"}', None),
        (b"[]", None),
        (b"<html>", None),
        (b"", None),
        (b'{"error":{"code":"' + b"x" * 65 + b'"}}', None),
    ],
)
def test_an_error_code_is_a_short_name_or_nothing(body: bytes, code: str | None) -> None:
    assert error_code(body) == code
