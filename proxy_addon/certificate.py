"""Proof by client certificate: what the ingress says of it in `X-Forwarded-Client-Cert`.

Whoever reaches the proxy past the ingress can write that header. It proves something only where an ingress
that requires client certificates (`clientCertificateMode: require`) is the one way to the proxy; such an
ingress replaces what a client sent under that name. That is a matter of how the proxy is deployed.

Sources: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers
#x-forwarded-client-cert (2026-11); https://learn.microsoft.com/azure/container-apps/client-certificate-authorization
(2026-09).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

HEADER = "x-forwarded-client-cert"
MAX_BYTES = 32 * 1024

_THUMBPRINT = re.compile(r"[0-9a-f]{64}\Z")
# key=value; a value with one of `,;=` in it stands in double quotes, a quote within it behind a backslash.
_PAIR = re.compile(r'([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=]*))(?:;|\Z)')


def thumbprint(text: str) -> str | None:
    """A SHA-256 thumbprint in lower case, colons left out; None for a text that is none."""
    plain = text.strip().replace(":", "").lower()
    return plain if _THUMBPRINT.match(plain) else None


class Certificates:
    """The client certificates that are believed, by SHA-256 thumbprint."""

    names = frozenset({HEADER})

    def __init__(self, thumbprints: Sequence[str]) -> None:
        self._known = tuple(text.encode() for text in thumbprints)

    def holds(self, name: str, value: str) -> bool:
        """Whether the header describes one certificate, and that is one of those."""
        given = hash_in(value)
        good = False
        for known in self._known:
            good |= given is not None and hmac.compare_digest(given.encode(), known)
        return good


def hash_in(value: str) -> str | None:
    """The `Hash` of the header's only element; None where there is more than one of either, or none.

    >>> hash_in("Hash=" + "ab" * 32 + ';Subject="CN=gateway"')[:4]
    'abab'
    """
    found: list[str] = []
    at = 0
    while at < len(value) <= MAX_BYTES:
        pair = _PAIR.match(value, at)
        if pair is None:
            return None
        if pair[1].lower() == "hash":
            found.append(pair[2] if pair[3] is None else pair[3])
        at = pair.end()
    return thumbprint(found[0]) if len(found) == 1 and ":" not in found[0] else None
