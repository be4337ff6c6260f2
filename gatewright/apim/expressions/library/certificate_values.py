"""X.509 certificates as .NET shows them; parsed by the package cryptography.

Source: https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates.x509certificate2
(.NET Core 3.1).
"""

from __future__ import annotations

import ssl
import warnings
from datetime import datetime
from functools import cache
from typing import cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.hash_members import HashName, Oid, oid
from gatewright.apim.expressions.library.rsa_keys import Rsa
from gatewright.apim.expressions.net_datetime import LOCAL, DateTime, from_python
from gatewright.apim.expressions.utf16 import to_units
from gatewright.apim.expressions.values import EnumValue, NetArray, Value

# https://learn.microsoft.com/windows/win32/seccrypto/name-properties: the short names of parts of a name
_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "G",
    "2.5.4.43": "I",
    "1.2.840.113549.1.9.1": "E",
    "0.9.2342.19200300.100.1.25": "DC",
}


class Certificate:
    """A certificate, its private key where it came with one, and whether it was disposed of."""

    __slots__ = ("closed", "friendly", "key", "parsed")
    ty = t.make("X509Certificate2")

    def __init__(self, parsed: x509.Certificate, key: pkcs12.PKCS12PrivateKeyTypes | None = None) -> None:
        self.parsed = parsed
        self.key = key
        self.friendly = ""
        self.closed = False

    def open(self) -> x509.Certificate:
        """What was parsed.

        Raises:
            NetError: CryptographicException once it was disposed of.
        """
        if self.closed:
            raise NetError("CryptographicException", "m_safeCertContext is an invalid handle.")
        return self.parsed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Certificate):
            return False
        a, b = self.parsed, other.parsed
        return (a.issuer, a.serial_number) == (b.issuer, b.serial_number)

    def __hash__(self) -> int:
        return hash(self.parsed.serial_number)

    def net_text(self) -> str:
        """`ToString()`."""
        if self.closed:
            return "System.Security.Cryptography.X509Certificates.X509Certificate2"
        return (
            f"[Subject]\n  {subject(self)}\n\n[Issuer]\n  {issuer(self)}\n\n"
            f"[Serial Number]\n  {serial(self)}\n\n[Not Before]\n  {not_before(self).net_text()}\n\n"
            f"[Not After]\n  {not_after(self).net_text()}\n\n[Thumbprint]\n  {thumbprint(self)}\n"
        )


def load(data: bytes, password: str | None = None) -> Certificate:
    """A certificate from DER, PEM or PKCS #12.

    Raises:
        NetError: CryptographicException.
    """
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return Certificate(x509.load_pem_x509_certificate(data))
        return Certificate(x509.load_der_x509_certificate(data))
    except ValueError:
        pass
    try:
        given = None if password is None else password.encode()
        key, found, _ = pkcs12.load_key_and_certificates(data, given)
    except ValueError as fault:
        raise NetError("CryptographicException", "Cannot find the requested object.") from fault
    if found is None:
        raise NetError("CryptographicException", "Cannot find the requested object.")
    return Certificate(found, cast("pkcs12.PKCS12PrivateKeyTypes | None", key))  # it came out of PKCS #12


def of_bytes(data: NetArray, password: str | None = None) -> Certificate:
    """`new X509Certificate2(bytes)`."""
    if not data.items:
        raise NetError("ArgumentException", "Array may not be empty or null. (Parameter 'rawData')")
    return load(bytes(data.items), password)


# --------------------------------------------------------------------------- names


def name_text(name: x509.Name) -> str:
    """A name as `Subject` shows it, the last part first."""
    parts = []
    for group in reversed(list(name.rdns)):
        shown = [
            f"{_SHORT.get(a.oid.dotted_string, 'OID.' + a.oid.dotted_string)}={_quoted(a.value)}"
            for a in group
        ]
        parts.append(" + ".join(shown))
    return to_units(", ".join(parts))


def _quoted(value: str | bytes) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    special = text.startswith(" ") or text.endswith(" ") or any(c in ',+="\n<>#;' for c in text)
    return '"' + text.replace('"', '""') + '"' if special or not text else text


def subject(c: Certificate) -> str:
    """`Subject`."""
    return name_text(c.open().subject)


def issuer(c: Certificate) -> str:
    """`Issuer`."""
    return name_text(c.open().issuer)


def distinguished(c: Certificate, which: str) -> x509.Name:
    """`SubjectName` or `IssuerName`."""
    found: x509.Name = getattr(c.open(), which)
    return found


def name_info(c: Certificate, kind: EnumValue, of_issuer: bool) -> str:
    """`GetNameInfo`: 0 simple, 1 e-mail, 2 UPN, 3 and 4 DNS, 5 URL."""
    name = c.open().issuer if of_issuer else c.open().subject
    extension = x509.IssuerAlternativeName if of_issuer else x509.SubjectAlternativeName
    found = c.open().extensions
    try:
        others: Value = found.get_extension_for_class(extension).value
    except x509.ExtensionNotFound:
        others = x509.SubjectAlternativeName([])
    values = {a.oid.dotted_string: str(a.value) for a in name}
    match kind.number:
        case 0:
            for number in ("2.5.4.3", "2.5.4.11", "2.5.4.10", "1.2.840.113549.1.9.1"):
                if number in values:
                    return to_units(values[number])
            return next((to_units(v) for v in others.get_values_for_type(x509.RFC822Name)), "")
        case 1:
            alternative = others.get_values_for_type(x509.RFC822Name)
            return to_units(next(iter(alternative), "") or values.get("1.2.840.113549.1.9.1", ""))
        case 3 | 4:
            alternative = others.get_values_for_type(x509.DNSName)
            return to_units(next(iter(alternative), "") or values.get("2.5.4.3", ""))
        case 5:
            return to_units(next(iter(others.get_values_for_type(x509.UniformResourceIdentifier)), ""))
        case _:
            return ""


# --------------------------------------------------------------------------- properties


def raw(c: Certificate) -> bytes:
    """The DER bytes."""
    return c.open().public_bytes(Encoding.DER)


def thumbprint(c: Certificate) -> str:
    """`Thumbprint`."""
    return c.open().fingerprint(hashes.SHA1()).hex().upper()


def cert_hash(c: Certificate, name: HashName | None = None) -> bytes:
    """`GetCertHash`."""
    made = hashes.SHA1() if name is None else getattr(hashes, name.algorithm.upper())()
    return c.open().fingerprint(made)


def serial_bytes(c: Certificate) -> bytes:
    """The serial number, highest byte first."""
    number = c.open().serial_number
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def serial(c: Certificate) -> str:
    """`SerialNumber`."""
    return serial_bytes(c).hex().upper()


def not_before(c: Certificate) -> DateTime:
    """`NotBefore`, in local time, which is UTC here."""
    return DateTime(from_python(c.open().not_valid_before_utc).ticks, LOCAL)


def not_after(c: Certificate) -> DateTime:
    """`NotAfter`."""
    return DateTime(from_python(c.open().not_valid_after_utc).ticks, LOCAL)


def signature_oid(c: Certificate) -> Oid:
    """`SignatureAlgorithm`."""
    return oid(c.open().signature_algorithm_oid.dotted_string)


def key_oid(c: Certificate) -> str:
    """`GetKeyAlgorithm`."""
    return c.open().public_key_algorithm_oid.dotted_string


def public_bytes(c: Certificate) -> bytes:
    """`GetPublicKey`: the key as the certificate carries it."""
    key: Value = c.open().public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return bytes(key.public_bytes(Encoding.DER, PublicFormat.PKCS1))
    return bytes(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def rsa_public(c: Certificate) -> Rsa | None:
    """`GetRSAPublicKey`: null for another kind of key."""
    key = c.open().public_key()
    return Rsa(None, key) if isinstance(key, rsa.RSAPublicKey) else None


def rsa_private(c: Certificate) -> Rsa | None:
    """`GetRSAPrivateKey`."""
    c.open()
    return Rsa(c.key) if isinstance(c.key, rsa.RSAPrivateKey) else None


def export(c: Certificate, kind: EnumValue, password: str | None = None) -> NetArray:
    """`Export` of the certificate alone, or with its key as PKCS #12.

    Raises:
        NetError: CryptographicException.
    """
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption

    if kind.number == 1:
        return byte_array(raw(c))
    if kind.number != 3:
        raise NetError("CryptographicException", "Invalid content type.")
    how = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return byte_array(pkcs12.serialize_key_and_certificates(None, c.key, c.open(), None, how))


# --------------------------------------------------------------------------- verification


@cache
def _roots() -> list[x509.Certificate]:
    """The roots that this machine trusts; what the package cannot read any more is none."""
    found: list[x509.Certificate] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # serial numbers of old roots
        for data in ssl.create_default_context().get_ca_certs(True):
            try:
                found.append(x509.load_der_x509_certificate(data))
            except ValueError:
                continue
    return found


def verify(c: Certificate, now: datetime) -> bool:
    """`Verify`: valid now, and signed by a root that this machine trusts."""
    roots = _roots()
    at = c.open()
    for _ in range(8):
        if not at.not_valid_before_utc <= now <= at.not_valid_after_utc:
            return False
        if any(at == root for root in roots):
            return True
        above = next((r for r in roots if r.subject == at.issuer and _signed(at, r)), None)
        if above is None:
            return False
        at = above
    return False


def _signed(lower: x509.Certificate, upper: x509.Certificate) -> bool:
    try:
        lower.verify_directly_issued_by(upper)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
