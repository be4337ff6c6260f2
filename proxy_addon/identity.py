"""Proof that a request comes from the gateway, and whose it is.

One kind of proof is checked: a shared secret, one or two valid at once. Secrets are read from files, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.metering.attribution import PREFIX, Attribution, Proofs, read_attribution
from proxy_addon import codes
from proxy_addon.faults import BAD_ATTRIBUTION, NO_PROOF, Fault

MIN_SECRET = 16
MAX_SECRET = 4096

_UNPROVEN = frozenset({"no_proof", "wrong_proof"})
_PREFIX = PREFIX.encode()
_REMEMBERED_BYTES = 64
# The ingress states the client's certificate for a proof of ours; it is nobody else's business.
_INTERNAL = frozenset({b"x-forwarded-client-cert", b"proxy-authorization", b"proxy-connection"})


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


def identify(headers: Iterable[tuple[str, str]], proofs: Proofs) -> Attribution | Fault:
    """Whose request it is, or the fault to answer with."""
    found = read_attribution(headers, proofs)
    if isinstance(found, Attribution):
        return found
    return NO_PROOF if found.reason in _UNPROVEN or "proof" in found.header else BAD_ATTRIBUTION


def is_internal(name: bytes) -> bool:
    """Whether a header must not reach the upstream, or the client: ours, and those between proxies.

    Names with underscores count too, since some servers read them as dashes.
    """
    return _remembered(name) if len(name) <= _REMEMBERED_BYTES else _is_internal(name)


def _is_internal(name: bytes) -> bool:
    folded = name.lower().replace(b"_", b"-")
    return folded.startswith(_PREFIX) or folded in _INTERNAL


_remembered = lru_cache(maxsize=1024)(_is_internal)  # most names come with every request
