"""Entra tokens: one right form is believed, and nothing else; keys come late, change, and stay away."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from proxy_addon.entra import SKEW_SECONDS, Expected, Tokens
from proxy_addon.jwks import (
    FRESH_SECONDS,
    KEPT_SECONDS,
    PAUSE_SECONDS,
    RETRY_SECONDS,
    KeyCache,
    Keys,
    Unusable,
    read,
)

TENANT = "11111111-2222-3333-4444-555555555555"
GATEWAY = "aaaaaaaa-0000-0000-0000-00000000000a"
OTHER = "bbbbbbbb-0000-0000-0000-00000000000b"
AUDIENCE = "api://metering-proxy"
EXPECTED = Expected((AUDIENCE, "cccccccc-0000-0000-0000-00000000000c"), TENANT, frozenset({GATEWAY}))
KEY = rsa.generate_private_key(65537, 2048)
NEXT = rsa.generate_private_key(65537, 2048)


@dataclass
class Clock:
    """A clock that is set by hand."""

    at: float = field(default_factory=time.time)
    ran: float = 100.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def steady(self) -> float:
        return self.ran


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    usual = {
        "aud": AUDIENCE,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "appid": OTHER,
        "oid": GATEWAY,
        "sub": GATEWAY,
        "tid": TENANT,
        "ver": "1.0",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(key: rsa.RSAPrivateKey = KEY, kid: str | None = "one", **changes: object) -> str:
    return jwt.encode(claims(**changes), key, "RS256", headers={"kid": kid} if kid else {})


def jwks(**keys: rsa.RSAPrivateKey) -> bytes:
    made = [jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) for key in keys.values()]
    whole = [made_key | {"kid": kid, "use": "sig"} for kid, made_key in zip(keys, made, strict=True)]
    return json.dumps({"keys": whole}).encode()


class Authority:
    """Where keys come from; counts how often it was asked."""

    def __init__(self, **keys: rsa.RSAPrivateKey) -> None:
        self.answer: Callable[[], Keys] = lambda: read(jwks(**keys))
        self.asked = 0

    def __call__(self) -> Keys:
        self.asked += 1
        return self.answer()

    def fail(self) -> None:
        def failing() -> Keys:
            raise Unusable("status 503")

        self.answer = failing


def tokens(clock: Clock, **keys: rsa.RSAPrivateKey) -> tuple[Tokens, Authority]:
    authority = Authority(**keys)
    return Tokens(EXPECTED, KeyCache(authority, clock.steady), clock), authority


async def judged(found: Tokens, text: str) -> bool:
    """As a request is: waits for the key if there is something to wait for, then asks."""
    waits = found.look(text)
    if waits is not None:
        await waits
    return found.holds("x-gatewright-proof", text)


async def test_a_token_of_the_gateway_is_believed_in_both_versions() -> None:
    found, authority = tokens(Clock(), one=KEY)
    assert not found.holds("x-gatewright-proof", token())  # before the keys are there
    assert await judged(found, token())
    second: Any = {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0", "appid": None, "azp": GATEWAY}
    assert await judged(found, token(oid=OTHER, aud=EXPECTED.audiences[1], idtyp="app", **second))
    assert authority.asked == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "api://another"},
        {"aud": None},
        {"iss": f"https://sts.windows.net/{OTHER}/"},
        {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0/"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"nbf": 4_000_000_000, "exp": 4_000_000_001},
        {"iat": None},
        {"nbf": None},
        {"oid": OTHER},
        {"oid": [GATEWAY]},
        {"oid": None},
        {"scp": "user_impersonation"},
        {"idtyp": "user"},
    ],
    ids=str,
)
async def test_a_token_that_says_something_else_is_not(changes: dict[str, Any]) -> None:
    found, _ = tokens(Clock(), one=KEY)
    assert await judged(found, token())
    assert not await judged(found, token(**changes))


async def test_two_clocks_may_differ_a_little() -> None:
    found, _ = tokens(Clock(), one=KEY)
    now, near, far = int(time.time()), SKEW_SECONDS - 30, SKEW_SECONDS + 30
    assert await judged(found, token(nbf=now + near))
    assert await judged(found, token(exp=now - near))
    assert not await judged(found, token(nbf=now + far))
    assert not await judged(found, token(exp=now - far))


def forged(header: dict[str, object], sign: Callable[[bytes], bytes]) -> str:
    def text(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    signed = f"{text(json.dumps(header).encode())}.{text(json.dumps(claims()).encode())}"
    return f"{signed}.{text(sign(signed.encode()))}"


PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


@pytest.mark.parametrize(
    "text",
    [
        forged({"alg": "none", "kid": "one"}, lambda _: b""),
        forged({"alg": "RS256", "kid": "one"}, lambda _: b""),
        forged({"alg": "HS256", "kid": "one"}, lambda data: hmac.digest(PUBLIC, data, hashlib.sha256)),
        forged({"alg": "RS256", "kid": ["one"]}, lambda _: b"x"),
        forged({"alg": "RS256", "kid": "one", "crit": ["x"], "x": 1}, lambda _: b"x"),
        jwt.encode(claims(), KEY, "RS512", headers={"kid": "one"}),
        jwt.encode(claims(), KEY, "PS256", headers={"kid": "one"}),
        jwt.encode(claims(), ec.generate_private_key(ec.SECP256R1()), "ES256", headers={"kid": "one"}),
        token(NEXT),
        token(kid=None),
        token(kid="unknown"),
        token()[:-4] + "AAAA",
        "Bearer " + token(),
        token() + ".",
        "..",
        "a.b.c",
        "",
        "é.é.é",
        "x" * 20_000,
    ],
)
async def test_a_token_that_is_not_signed_by_a_key_of_the_tenant_is_not(text: str) -> None:
    found, _ = tokens(Clock(), one=KEY)
    assert await judged(found, token())
    assert not await judged(found, text)


async def test_a_token_is_verified_once_and_forgotten_when_it_expires(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    found, _ = tokens(clock, one=KEY)
    text = token()
    calls: list[object] = []
    usual = jwt.decode

    def decode(text: str, *args: Any, **how: Any) -> object:
        calls.append(text)
        return usual(text, *args, **how)

    monkeypatch.setattr(jwt, "decode", decode)
    assert [await judged(found, text) for _ in range(50)] == [True] * 50
    assert len(calls) == 1
    clock.at += 3600 + SKEW_SECONDS - 2
    assert await judged(found, text)
    clock.at += 3
    assert not await judged(found, text)


async def test_a_new_key_is_fetched_with_its_first_token_and_the_old_one_withdrawn() -> None:
    clock = Clock()
    found, authority = tokens(clock, one=KEY)
    old, new = token(), token(NEXT, "two")
    assert await judged(found, old)
    authority.answer = lambda: read(jwks(two=NEXT))
    assert not await judged(found, new)  # asked for a moment ago
    clock.ran += PAUSE_SECONDS
    assert await judged(found, new)
    assert not await judged(found, old)
    assert authority.asked == 2


async def test_unknown_keys_do_not_make_the_proxy_ask_all_the_time() -> None:
    clock = Clock()
    found, authority = tokens(clock, one=KEY)
    for number in range(100):
        assert not await judged(found, token(kid=f"k{number}"))
    assert authority.asked == 1


async def test_who_waits_for_keys_waits_for_the_same_fetch() -> None:
    found, authority = tokens(Clock(), one=KEY)
    assert await asyncio.gather(*(judged(found, token()) for _ in range(20))) == [True] * 20
    assert authority.asked == 1


async def test_one_who_leaves_does_not_take_the_fetch_along() -> None:
    found, authority = tokens(Clock(), one=KEY)
    first, second = (asyncio.create_task(judged(found, token())) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert authority.asked == 1


async def test_an_outage_refuses_until_there_are_keys_and_known_keys_go_on_for_a_day(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    found, authority = tokens(clock, one=KEY)
    works = authority.answer
    authority.fail()
    assert not await judged(found, token())
    assert not await judged(found, token())
    assert authority.asked == 1
    assert caplog.messages == ["entra: keys cannot be fetched (status 503)"]
    authority.answer = works
    clock.ran += RETRY_SECONDS
    assert await judged(found, token())
    authority.fail()
    clock.ran += FRESH_SECONDS
    assert await judged(found, token())  # the fetch runs beside it
    await asyncio.sleep(0.05)
    assert authority.asked == 3
    clock.ran += KEPT_SECONDS - FRESH_SECONDS - 1
    assert await judged(found, token())
    clock.ran += 1
    assert not await judged(found, token())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"keys": []}',
        b'{"keys": 1}',
        b'{"keys": [{"kty": "RSA"}]}',
        b'{"keys": [{"kty": "oct", "kid": "one", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}',
        jwks(one=KEY).replace(b'"sig"', b'"enc"'),
        jwks(one=KEY).replace(b'"kid": "one"', b'"kid": null'),
        jwks(one=rsa.generate_private_key(65537, 1024)),
        b'{"keys": "' + b"x" * 1024 * 1024 + b'"}',
    ],
)
def test_a_key_set_without_a_key_that_may_sign_is_unusable(data: bytes) -> None:
    with pytest.raises(Unusable):
        read(data)
