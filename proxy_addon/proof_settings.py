"""The options that say what proves that a request comes from the gateway. At least one kind is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from proxy_addon.certificate import thumbprint
from proxy_addon.entra import PUBLIC, Expected, guid

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_MOST = {"proof_file": 2, "proof_entra": 2, "proof_entra_caller": 8, "proof_certificate": 8}


@dataclass(frozen=True, slots=True)
class ProofSettings:
    """What proves that a request comes from the gateway.

    Attributes:
        files: no, one or two files, each with one shared secret.
        entra: what an Entra token must say, or None where none is believed.
        thumbprints: SHA-256 thumbprints of client certificates that the ingress names.
    """

    files: tuple[Path, ...] = ()
    entra: Expected | None = None
    thumbprints: tuple[str, ...] = ()


class Reader(Protocol):
    """The options as they are given; see `settings`."""

    def text(self, name: str) -> str | None:
        """The value of an option, or None."""

    def many(self, name: str, separator: str | None = None) -> tuple[str, ...]:
        """The values of an option that may be repeated."""

    def switch(self, name: str) -> bool:
        """The value of an option that is on or off."""

    def wrong(self, name: str, message: str, hint: str) -> None:
        """Notes a fault."""


def add_options(add: Callable[..., object]) -> None:
    """Adds the options to a parser of arguments."""
    add("--proof-file", metavar="FILE", action="append", help="a shared secret; twice while it is rotated")
    add(
        "--proof-entra",
        metavar="AUDIENCE",
        action="append",
        help="believe Entra tokens for this application (its id or application id URI); may be repeated",
    )
    add("--proof-entra-tenant", metavar="ID", help="the directory that issues them")
    add(
        "--proof-entra-caller",
        metavar="ID",
        action="append",
        help="object id or application id of the gateway's identity; may be repeated",
    )
    add("--proof-entra-authority", metavar="URL", help=f"where they come from ({PUBLIC})")
    add(
        "--proof-certificate",
        metavar="SHA256",
        action="append",
        help="believe this client certificate where the ingress names it; may be repeated",
    )
    add(
        "--ingress-requires-certificates",
        action="store_const",
        const="true",
        help="state that an ingress which requires client certificates is the one way to this proxy",
    )


def read_proofs(reader: Reader) -> ProofSettings:
    """The kinds of proof that the options name. Faults go to the reader."""
    files = _some(reader, "proof_file", os.pathsep)
    found = ProofSettings(tuple(Path(name) for name in files), _entra(reader), _thumbprints(reader))
    if not found.files and found.entra is None and not found.thumbprints:
        given = reader.text("proof_entra") or reader.text("proof_certificate")
        if not given:
            hint = "give a shared secret, or --proof-entra or --proof-certificate; see SECURITY.md"
            reader.wrong("proof_file", "is needed once, or twice while the secret is rotated", hint)
    return found


def _some(reader: Reader, name: str, separator: str | None = None) -> tuple[str, ...]:
    values = reader.many(name, separator)
    if len(values) > _MOST[name]:
        reader.wrong(name, f"is given more than {_MOST[name]} times", "remove those that are not valid now")
    return values


def _entra(reader: Reader) -> Expected | None:
    audiences = _some(reader, "proof_entra")
    callers = [(text, guid(text)) for text in _some(reader, "proof_entra_caller")]
    tenant = guid(reader.text("proof_entra_tenant") or "")
    if not audiences:
        if callers or reader.text("proof_entra_tenant"):
            reader.wrong("proof_entra", "is missing", "name the application that tokens are for")
        return None
    if tenant is None:
        hint = "write the id of the directory, not its name"
        reader.wrong("proof_entra_tenant", "is missing, or no id", hint)
    if not callers or any(known is None for _, known in callers):
        hint = "write the object id of the gateway's identity; without it any application could call"
        reader.wrong("proof_entra_caller", "is missing, or no id", hint)
    authority = _authority(reader)
    known = frozenset(text for _, text in callers if text is not None)
    return Expected(audiences, tenant or "", known, authority)


def _authority(reader: Reader) -> str:
    value = (reader.text("proof_entra_authority") or PUBLIC).rstrip("/")
    parts = urlsplit(value)
    plain = value == f"{parts.scheme}://{parts.netloc}" and parts.hostname and "@" not in parts.netloc
    loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK and reader.switch("allow_loopback")
    if not plain or not value.isascii() or not (parts.scheme == "https" or loopback):
        reader.wrong("proof_entra_authority", "is no https origin", f"write for example {PUBLIC}")
    return value


def _thumbprints(reader: Reader) -> tuple[str, ...]:
    given = _some(reader, "proof_certificate")
    known = tuple(found for text in given if (found := thumbprint(text)) is not None)
    if len(known) < len(given):
        hint = "openssl x509 -in cert.pem -noout -fingerprint -sha256"
        reader.wrong("proof_certificate", "is no SHA-256 thumbprint", hint)
    if given and not reader.switch("ingress_requires_certificates"):
        hint = "set the ingress to require client certificates, then state it; anybody could send the header"
        reader.wrong("ingress_requires_certificates", "is missing beside --proof-certificate", hint)
    return known
