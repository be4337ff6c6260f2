"""Attribution: the ids that the gateway's policy states in headers, believed only with proof.

Each header must stand exactly once. Only ids are read: no names, no texts. What proves them is the carrier's
affair (`Proof`). `Proofs` is the kind that needs nothing else: a shared secret, compared in constant time;
two may be valid at once, so that it can be rotated.

Source: design, "The way of the data".
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

PREFIX = "x-gatewright-"
PROOF = "x-gatewright-proof"
TENANT = "x-gatewright-tenant"
SUBSCRIPTION = "x-gatewright-subscription"
REQUEST_ID = "x-gatewright-request-id"
MODEL = "x-gatewright-model"
USER = "x-gatewright-user"

MAX_PROOFS = 2
MIN_PROOF_BYTES = 16

_TENANT = re.compile(r"[a-z][a-z0-9-]{0,39}[a-z0-9]")
_SUBSCRIPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,255}")
_REQUEST = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_USER = re.compile(r"[0-9a-f]{16,128}")

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose request it is, in ids.

    Attributes:
        tenant: tenant id.
        subscription: APIM subscription id.
        request_id: a GUID, one per client request; attempts share it.
        model: the model alias.
        user: keyed hash of the user, or None.
    """

    tenant: str
    subscription: str
    request_id: str
    model: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why attribution is not believed: a short reason, and the header at fault. Never a value.

    Attributes:
        reason: `no_proof`, `wrong_proof`, `duplicate_header`, `missing_header`, `malformed_header`.
        header: the header's name.
    """

    reason: str
    header: str


class Proof(Protocol):
    """What proves that headers were set by the gateway."""

    @property
    def names(self) -> frozenset[str]:
        """The headers it stands in, in lower case; at least one must be there, and each that is must hold."""

    def holds(self, name: str, value: str) -> bool:
        """Whether the value of one of these headers is a proof."""


class Proofs:
    """The shared secrets that are valid now: one, or two while they are rotated.

    Raises:
        ValueError: none, more than two, or one shorter than 16 bytes.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not 1 <= len(secrets) <= MAX_PROOFS:
            raise ValueError("one or two proofs are needed")
        if any(len(secret) < MIN_PROOF_BYTES for secret in secrets):
            raise ValueError(f"a proof has at least {MIN_PROOF_BYTES} bytes")
        self._secrets = tuple(secrets)
        self.names = frozenset({PROOF})

    def __repr__(self) -> str:
        return f"Proofs({len(self._secrets)})"

    def accept(self, text: str) -> bool:
        """Whether a text is one of the secrets; takes the same time for each wrong one."""
        given = text.encode("utf-8", "surrogateescape")
        good = False
        for secret in self._secrets:
            good |= hmac.compare_digest(given, secret)
        return good

    def holds(self, name: str, value: str) -> bool:
        """Whether the value of the proof's header is one of the secrets."""
        return self.accept(value)


def read_attribution(headers: Headers, proof: Proof) -> Attribution | Refusal:
    """The attribution of a request, or why it has none.

    Args:
        headers: all headers of the request; names in any case, a name may stand twice.
        proof: what proves it.
    """
    proving = proof.names
    values: dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        if name not in _PATTERNS and name not in proving:
            continue
        if name in values:
            return Refusal("duplicate_header", name)
        values[name] = value
    given = [name for name in proving if name in values]
    if not given:
        return Refusal("no_proof", PROOF)
    for name in given:
        if not proof.holds(name, values[name]):
            return Refusal("wrong_proof", name)
    return _ids(values)


_PATTERNS = {
    TENANT: _TENANT,
    SUBSCRIPTION: _SUBSCRIPTION,
    REQUEST_ID: _REQUEST,
    MODEL: _MODEL,
    USER: _USER,
}


def _ids(values: dict[str, str]) -> Attribution | Refusal:
    for name, pattern in _PATTERNS.items():
        if name not in values:
            if name == USER:
                continue
            return Refusal("missing_header", name)
        if not pattern.fullmatch(values[name]):
            return Refusal("malformed_header", name)
    return Attribution(
        values[TENANT], values[SUBSCRIPTION], values[REQUEST_ID].lower(), values[MODEL], values.get(USER)
    )
