"""Proof that a request comes from the gateway, and whose it is.

Three kinds of proof are known: an Entra token (`entra`), a shared secret, one or two valid at once, and what
an ingress says of a client certificate (`certificate`). Secrets are read from files, once. Several kinds may
be valid at once, so that a gateway can move from one to another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.metering.attribution import PREFIX, PROOF, Attribution, Proof, Proofs, read_attribution
from proxy_addon import codes, jwks
from proxy_addon.certificate import Certificates
from proxy_addon.clock import Clock
from proxy_addon.entra import Tokens
from proxy_addon.faults import BAD_ATTRIBUTION, NO_PROOF, Fault
from proxy_addon.proof_settings import ProofSettings

MIN_SECRET = 16
MAX_SECRET = 4096

_UNPROVEN = frozenset({"no_proof", "wrong_proof"})
_PREFIX = PREFIX.encode()
_PROOF = PROOF.encode()
_REMEMBERED_BYTES = 64
# The ingress states the client's certificate for a proof of ours; it is nobody else's business. The last five
# ask a server to take another path or method than those that were judged.
_INTERNAL = frozenset(
    {
        b"x-forwarded-client-cert",
        b"proxy-authorization",
        b"proxy-connection",
        b"x-original-url",
        b"x-rewrite-url",
        b"x-http-method",
        b"x-http-method-override",
        b"x-method-override",
    }
)


class Kinds:
    """The kinds of proof that are valid now. Each proof that a request carries must hold, by one of them.

    Args:
        kinds: the kinds; at least one.
        tokens: the one of them whose keys may have to be fetched.

    Attributes:
        names: the headers that proofs stand in.
        waits: whether `look` may ever find something to wait for.
    """

    def __init__(self, kinds: Sequence[Proof], tokens: Tokens | None = None) -> None:
        self._kinds = tuple(kinds)
        self._tokens = tokens
        self.waits = tokens is not None
        self.names = frozenset[str]().union(*(kind.names for kind in kinds))

    def holds(self, name: str, value: str) -> bool:
        """Whether a header's value is a proof of any kind that stands in that header."""
        good = False
        for kind in self._kinds:
            good |= name in kind.names and kind.holds(name, value)
        return good

    def look(self, headers: Iterable[tuple[bytes, bytes]]) -> asyncio.Future[None] | None:
        """What to wait for before a request's proof can be judged, if anything."""
        if self._tokens is None:
            return None
        given = [value for name, value in headers if name.lower() == _PROOF]
        return self._tokens.look(given[0].decode("latin-1")) if len(given) == 1 else None


def load(chosen: ProofSettings, clock: Clock) -> Kinds:
    """The kinds of proof that the options name; keys of tokens are fetched with the first token.

    Raises:
        Rejected: as `load_proofs`.
    """
    kinds: list[Proof] = []
    tokens = None
    if chosen.entra is not None:
        keys = jwks.KeyCache(partial(jwks.fetch, chosen.entra.keys_url), clock.steady)
        tokens = Tokens(chosen.entra, keys, clock)
        kinds.append(tokens)
    if chosen.files:
        kinds.append(load_proofs(chosen.files))
    if chosen.thumbprints:
        kinds.append(Certificates(chosen.thumbprints))
    return Kinds(kinds, tokens)


def load_proofs(files: Sequence[Path]) -> Proofs:
    """The secrets in one or two files, each alone in its file; a line end behind it does not count.

    Raises:
        Rejected: PRX601 for a file that cannot be read, PRX607 for a secret that is none.
    """
    faults: list[Diagnostic] = []
    secrets: list[bytes] = []
    for file in files:
        try:
            secret = file.read_bytes().rstrip(b"\r\n")
        except OSError as fault:
            message = f"the secret cannot be read: {fault.strerror}"
            hint = "check the path, and the volume it stands on"
            faults.append(codes.NO_FILE.at(Span(str(file)), message, hint=hint))
            continue
        if not MIN_SECRET <= len(secret) <= MAX_SECRET or not all(0x21 <= byte <= 0x7E for byte in secret):
            hint = f"write at least {MIN_SECRET} printable ASCII characters without spaces"
            faults.append(codes.WEAK_PROOF.at(Span(str(file)), "this is no usable secret", hint=hint))
            continue
        secrets.append(secret)
    if faults:
        raise Rejected(faults)
    return Proofs(secrets)


def identify(headers: Iterable[tuple[str, str]], proof: Proof) -> Attribution | Fault:
    """Whose request it is, or the fault to answer with."""
    found = read_attribution(headers, proof)
    if isinstance(found, Attribution):
        return found
    return NO_PROOF if found.reason in _UNPROVEN or found.header in proof.names else BAD_ATTRIBUTION


def is_internal(name: bytes) -> bool:
    """Whether a header must not reach the upstream, or the client: ours, and those between proxies.

    Names with underscores count too, since some servers read them as dashes.
    """
    return _remembered(name) if len(name) <= _REMEMBERED_BYTES else _is_internal(name)


def _is_internal(name: bytes) -> bool:
    folded = name.lower().replace(b"_", b"-")
    return folded.startswith(_PREFIX) or folded in _INTERNAL


_remembered = lru_cache(maxsize=1024)(_is_internal)  # most names come with every request
