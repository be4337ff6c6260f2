"""The keys that an Entra tenant signs its tokens with: fetched when first needed, kept, looked at again.

Keys that are at hand go on working while they cannot be fetched, for a day; then they are believed no more.
A fetch runs in a thread; all who wait for keys wait for the same one. A key that is unknown makes them be
fetched again, but not at once: anybody can send a token that names one.

Source: https://learn.microsoft.com/entra/identity-platform/signing-key-rollover (2026-08).
"""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import certifi
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

log = logging.getLogger("gatewright.proxy")

FRESH_SECONDS = 3600.0
"""How old keys may become before they are fetched again beside the traffic."""
KEPT_SECONDS = 24 * 3600.0
"""How old they may become where they cannot be fetched."""
PAUSE_SECONDS = 30.0
"""How long nothing is fetched after a fetch."""
RETRY_SECONDS = 5.0
"""How long nothing is fetched after one that failed."""

_TIMEOUT_SECONDS = 5
_WAIT_SECONDS = 15
_MOST_BYTES = 1024 * 1024
_LEAST_BITS = 2048

Keys = Mapping[str, RSAPublicKey]


class Unusable(Exception):
    """Keys could not be had; the message is a short reason without anything that was answered."""


class KeyCache:
    """The keys at hand.

    Args:
        fetch: gets them; runs in a thread, raises `Unusable`.
        steady: seconds that never run backwards.

    Attributes:
        keys: by key id.
        changed: called when other keys have come.
    """

    def __init__(self, fetch: Callable[[], Keys], steady: Callable[[], float]) -> None:
        self.keys: Keys = {}
        self.changed: Callable[[], None] = lambda: None
        self._fetch = fetch
        self._steady = steady
        self._fetched: float | None = None
        self._not_before = 0.0
        self._task: asyncio.Task[None] | None = None

    def get(self, kid: str) -> RSAPublicKey | None:
        """A key, or None where it is not known, or known for too long."""
        return self.keys.get(kid) if self.age() < KEPT_SECONDS else None

    def age(self) -> float:
        """Seconds since the keys were fetched; infinite before."""
        return float("inf") if self._fetched is None else self._steady() - self._fetched

    def look(self, kid: str) -> asyncio.Future[None] | None:
        """Fetches keys where that is due; what to wait for where the one key is not at hand."""
        missing = self.get(kid) is None
        if not missing and self.age() < FRESH_SECONDS:
            return None
        if self._task is None and self._steady() >= self._not_before:
            self._task = asyncio.get_running_loop().create_task(self._refresh())
        return asyncio.shield(self._task) if missing and self._task is not None else None

    async def _refresh(self) -> None:
        try:
            keys = await asyncio.wait_for(asyncio.to_thread(self._fetch), _WAIT_SECONDS)
        except (Unusable, TimeoutError) as fault:
            self._not_before = self._steady() + RETRY_SECONDS
            log.warning(
                "entra: keys cannot be fetched (%s)", fault if isinstance(fault, Unusable) else "late"
            )
            return
        finally:
            self._task = None
        self._fetched = self._steady()
        self._not_before = self._fetched + PAUSE_SECONDS
        self.keys = keys
        self.changed()


def fetch(url: str) -> Keys:
    """The keys at an address: https, or http where the options permitted it. Redirects are not followed.

    Raises:
        Unusable: no answer, another status than 200, or not one usable key in it.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=certifi.where())
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        link: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        link = http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        link.request("GET", parts.path, headers={"accept": "application/json"})
        answer = link.getresponse()
        if answer.status != 200:
            raise Unusable(f"status {answer.status}")
        return read(answer.read(_MOST_BYTES + 1))
    except (OSError, http.client.HTTPException) as fault:
        raise Unusable(type(fault).__name__) from fault
    finally:
        link.close()


def read(data: bytes) -> Keys:
    """The RSA keys of a key set that may sign, by key id.

    Raises:
        Unusable: there is none.
    """
    if len(data) > _MOST_BYTES:
        raise Unusable("too large")
    try:
        whole = jwt.PyJWKSet.from_dict(json.loads(data))
    except (ValueError, AttributeError, TypeError, jwt.PyJWTError) as fault:
        raise Unusable("no key set") from fault
    keys = {
        key.key_id: key.key
        for key in whole.keys
        if isinstance(key.key_id, str)
        and isinstance(key.key, RSAPublicKey)
        and key.public_key_use in (None, "sig")
        and key.key.key_size >= _LEAST_BITS
    }
    if not keys:
        raise Unusable("no usable key")
    return keys
