"""System.Security.Cryptography.X509Certificates.

Source: https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates (.NET Core 3.1);
`VerifyNoRevocation`: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions
(2026-01-15).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.dates import utc_now
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.hash_members import Oid, oid
from gatewright.apim.expressions.limits import Run
from gatewright.apim.expressions.values import Value

if TYPE_CHECKING:
    from gatewright.apim.expressions.library.certificate_values import Certificate

_DOCS = "https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates."
_POLICY = "https://learn.microsoft.com/azure/api-management/api-management-policy-expressions"
_SPACE = "System.Security.Cryptography.X509Certificates"


def _module() -> ModuleType:
    """The module that needs the package cryptography, loaded when a certificate is first used."""
    return import_module("gatewright.apim.expressions.library.certificate_values")


def _later(name: str) -> Callable[..., Value]:
    return lambda *values: getattr(_module(), name)(*values)


def _bytes(name: str) -> Callable[..., Value]:
    return lambda *values: byte_array(getattr(_module(), name)(*values))


def _hex(name: str) -> Callable[..., str]:
    def run(*values: Value) -> str:
        data: bytes = getattr(_module(), name)(*values)
        return data.hex().upper()

    return run


def _date(name: str) -> Callable[..., str]:
    def run(certificate: Certificate) -> str:
        text: str = getattr(_module(), name)(certificate).net_text()
        return text

    return run


def _close(certificate: Certificate) -> None:
    certificate.closed = True


def _verify(run: Run, certificate: Certificate) -> bool:
    return bool(_module().verify(certificate, utc_now(run).date.replace(tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class Distinguished:
    """An X500DistinguishedName: of which certificate, and whether it is the subject's."""

    certificate: Certificate
    which: str

    ty = t.make("X500DistinguishedName")

    def net_text(self) -> str:
        """The type, as .NET shows it."""
        return "System.Security.Cryptography.X509Certificates.X500DistinguishedName"


def _name_text(name: Distinguished) -> str:
    text: str = getattr(_module(), name.which)(name.certificate)
    return text


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public key of a certificate."""

    certificate: Certificate

    ty = t.make("PublicKey")


def _key_oid(key: PublicKey) -> Oid:
    return oid(_module().key_oid(key.certificate))


def _set_friendly(certificate: Certificate, value: str | None) -> None:
    certificate.friendly = value or ""


_OLD = (
    member("string Subject", _later("subject")),
    member("string Issuer", _later("issuer")),
    member("bool Equals(X509Certificate? other)", lambda a, b: a == b),
    member("bool Equals(object? obj)", lambda a, b: a == b),
    member("byte[] GetCertHash()", _bytes("cert_hash")),
    member("byte[] GetCertHash(HashAlgorithmName hashAlgorithm)", _bytes("cert_hash")),
    member("string GetCertHashString()", _hex("cert_hash")),
    member("string GetCertHashString(HashAlgorithmName hashAlgorithm)", _hex("cert_hash")),
    member("string GetEffectiveDateString()", _date("not_before")),
    member("string GetExpirationDateString()", _date("not_after")),
    member("string GetFormat()", lambda c: "X509"),
    member("string GetIssuerName()", _later("issuer")),
    member("string GetName()", _later("subject")),
    member("string GetKeyAlgorithm()", _later("key_oid")),
    member("byte[] GetPublicKey()", _bytes("public_bytes")),
    member("string GetPublicKeyString()", _hex("public_bytes")),
    member("byte[] GetRawCertData()", _bytes("raw")),
    member("string GetRawCertDataString()", _hex("raw")),
    member("byte[] GetSerialNumber()", lambda c: byte_array(_module().serial_bytes(c)[::-1])),
    member("string GetSerialNumberString()", _later("serial")),
    member("byte[] Export(X509ContentType contentType)", _later("export")),
    member("byte[] Export(X509ContentType contentType, string? password)", _later("export")),
    member("string ToString()", lambda c: c.net_text()),
    member("string ToString(bool fVerbose)", lambda c, v: c.net_text()),
    member("void Dispose()", _close),
    member("void Reset()", _close),
)
_NEW = (
    member("new(byte[] rawData)", _later("of_bytes")),
    member("new(byte[] rawData, string? password)", _later("of_bytes")),
    member("string Thumbprint", _later("thumbprint")),
    member("string SerialNumber", _later("serial")),
    member("DateTime NotBefore", _later("not_before")),
    member("DateTime NotAfter", _later("not_after")),
    member("int Version", lambda c: c.open().version.value + 1),
    member("bool HasPrivateKey", lambda c: c.key is not None),
    member("bool Archived", lambda c: False),
    member("string FriendlyName", lambda c: c.friendly, _set_friendly),
    member("byte[] RawData", _bytes("raw")),
    member("Oid SignatureAlgorithm", _later("signature_oid")),
    member("X500DistinguishedName SubjectName", lambda c: Distinguished(c, "subject")),
    member("X500DistinguishedName IssuerName", lambda c: Distinguished(c, "issuer")),
    member("PublicKey PublicKey", PublicKey),
    member("AsymmetricAlgorithm PrivateKey", _later("rsa_private")),
    member("string GetNameInfo(X509NameType nameType, bool forIssuer)", _later("name_info")),
    member("bool Verify()", _verify, run=True),
)

TYPES = (
    TypeEntry("X509Certificate", _SPACE, _DOCS + "x509certificate", _OLD, bases=("IDisposable",)),
    TypeEntry("X509Certificate2", _SPACE, _DOCS + "x509certificate2", _NEW, bases=("X509Certificate",)),
    TypeEntry(
        "RSACertificateExtensions",
        _SPACE,
        _DOCS + "rsacertificateextensions",
        (
            member("static RSA GetRSAPublicKey(this X509Certificate2 certificate)", _later("rsa_public")),
            member("static RSA GetRSAPrivateKey(this X509Certificate2 certificate)", _later("rsa_private")),
        ),
        "static",
    ),
    TypeEntry(
        "CertificateExtensions",
        "",
        _POLICY,
        (member("static bool VerifyNoRevocation(this X509Certificate2 certificate)", _verify, run=True),),
        "static",
    ),
    TypeEntry(
        "X500DistinguishedName",
        _SPACE,
        _DOCS + "x500distinguishedname",
        (member("string Name", _name_text),),
        allowed=frozenset({"Name"}),
    ),
    TypeEntry(
        "PublicKey",
        _SPACE,
        _DOCS + "publickey",
        (
            member("Oid Oid", _key_oid),
            member("AsymmetricAlgorithm Key", lambda k: _module().rsa_public(k.certificate)),
        ),
    ),
    enum(
        "X509ContentType",
        _SPACE,
        _DOCS + "x509contenttype",
        "Unknown Cert SerializedCert Pfx Pkcs12=3 SerializedStore=4 Pkcs7 Authenticode",
    ),
    enum(
        "X509NameType",
        _SPACE,
        _DOCS + "x509nametype",
        "SimpleName EmailName UpnName DnsName DnsFromAlternativeName UrlName",
    ),
)
