"""Proof by Entra token: a token for the proxy's own application, which only the gateway's identity can get.

A token is verified once, by signature, issuer, audience, times and caller; until it expires it is recognised
by its digest. Only tokens of applications are believed, not those that an application holds for a user.

Sources: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (2026-07);
https://www.rfc-editor.org/rfc/rfc8725 (2020-02).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import jwt

from gatewright.metering.attribution import PROOF
from proxy_addon.clock import Clock
from proxy_addon.jwks import KeyCache

ALGORITHMS = ["RS256"]
SKEW_SECONDS = 60
"""By how much two clocks may differ."""
MAX_TOKEN = 16 * 1024
PUBLIC = "https://login.microsoftonline.com"

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_MOST_KNOWN = 256
# Tokens of version 1 are issued under a host of their own.
_VERSION_1 = {"https://login.partner.microsoftonline.cn": "https://sts.chinacloudapi.cn"}
_USUAL_VERSION_1 = "https://sts.windows.net"
_CALLERS = ("oid", "appid", "azp")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say.

    Attributes:
        audiences: the proxy's application: its id, its application id URI, or both.
        tenant: id of the directory.
        callers: object ids or application ids of who may call: the gateway's identity.
        authority: where tokens come from, an origin.
    """

    audiences: tuple[str, ...]
    tenant: str
    callers: frozenset[str]
    authority: str = PUBLIC

    @property
    def issuers(self) -> tuple[str, str]:
        """Who issues tokens of version 2 and 1."""
        first = _VERSION_1.get(self.authority, _USUAL_VERSION_1)
        return f"{self.authority}/{self.tenant}/v2.0", f"{first}/{self.tenant}/"

    @property
    def keys_url(self) -> str:
        """Where the keys are."""
        return f"{self.authority}/{self.tenant}/discovery/v2.0/keys"


def guid(text: str) -> str | None:
    """An id in lower case, or None for a text that is none."""
    plain = text.strip().lower()
    return plain if _GUID.match(plain) else None


class _Known(NamedTuple):
    begin: int
    end: int


class Tokens:
    """The tokens that are believed.

    Args:
        expected: what they must say.
        keys: the keys they are signed with.
        clock: the time.
    """

    names = frozenset({PROOF})

    def __init__(self, expected: Expected, keys: KeyCache, clock: Clock) -> None:
        self._expected = expected
        self._keys = keys
        self._clock = clock
        self._known: dict[bytes, _Known] = {}
        keys.changed = self._known.clear  # a key that was withdrawn takes its tokens along

    def holds(self, name: str, value: str) -> bool:
        """Whether a text is a token that is believed, judged by the keys at hand."""
        kid = _kid(value)
        key = self._keys.get(kid) if kid else None
        if key is None:
            return False
        digest = hashlib.sha256(value.encode()).digest()
        known = self._known.get(digest)
        if known is None:
            known = self._verified(value, key)
            if known is None:
                return False
            if len(self._known) >= _MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[digest] = known
        return known.begin <= self._clock.now().timestamp() < known.end

    def look(self, value: str) -> asyncio.Future[None] | None:
        """What to wait for before a text can be judged, if anything: its key may have to be fetched."""
        kid = _kid(value)
        return self._keys.look(kid) if kid else None

    def _verified(self, token: str, key: object) -> _Known | None:
        try:
            claims: Mapping[str, object] = jwt.decode(
                token,
                key,  # type: ignore[arg-type]  # an RSAPublicKey, as KeyCache has nothing else
                algorithms=ALGORITHMS,
                audience=self._expected.audiences,
                issuer=self._expected.issuers,
                leeway=SKEW_SECONDS,
                options={"require": ["exp", "nbf", "iat", "aud", "iss"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            return None
        begin, end = claims["nbf"], claims["exp"]
        if not isinstance(begin, int) or not isinstance(end, int) or not self._calls(claims):
            return None
        return _Known(begin - SKEW_SECONDS, end + SKEW_SECONDS)

    def _calls(self, claims: Mapping[str, object]) -> bool:
        """Whether the gateway's identity got it for itself; `scp` stands in tokens held for a user."""
        if "scp" in claims or claims.get("idtyp", "app") != "app":
            return False
        given = [claims.get(name) for name in _CALLERS]
        return any(isinstance(each, str) and each in self._expected.callers for each in given)


def _kid(token: str) -> str | None:
    """The key id of what looks like a token signed as ours are; None for any other text."""
    if len(token) > MAX_TOKEN or token.count(".") != 2 or not token.isascii():
        return None
    return _kid_in(token.partition(".")[0])


@lru_cache(maxsize=128)
def _kid_in(head: str) -> str | None:
    try:
        header = jwt.get_unverified_header(f"{head}..")
    except (jwt.PyJWTError, ValueError):
        return None
    kid = header.get("kid")
    return kid if isinstance(kid, str) and header.get("alg") in ALGORITHMS else None
