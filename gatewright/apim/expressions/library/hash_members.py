"""Further members of the hashes: by name, in blocks; HashAlgorithmName, Oid, and random bytes.

Source: https://learn.microsoft.com/dotnet/api/system.security.cryptography (.NET Core 3.1).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, out_of_range
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.crypto import BLOCKS, HASHES, Hash
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.values import NetArray

_DOCS = "https://learn.microsoft.com/dotnet/api/system.security.cryptography."
_SPACE = "System.Security.Cryptography"


# --------------------------------------------------------------------------- names


@dataclass(frozen=True, slots=True)
class HashName:
    """A `HashAlgorithmName`."""

    name: str | None

    ty = t.make("HashAlgorithmName")

    def net_text(self) -> str:
        """The name."""
        return self.name or ""

    @property
    def algorithm(self) -> str:
        """The name as Python has it.

        Raises:
            NetError: ArgumentException, CryptographicException.
        """
        if not self.name:
            raise argument("The hash algorithm name cannot be null or empty.", "hashAlgorithm")
        found = HASHES.get(self.name.upper())
        if found is None:
            raise NetError("CryptographicException", f"'{self.name}' is not a known hash algorithm.")
        return found


# https://www.alvestrand.no/objectid: the names that .NET knows for what certificates and hashes carry
OIDS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.5": "sha1RSA",
    "1.2.840.113549.1.1.11": "sha256RSA",
    "1.2.840.113549.1.1.12": "sha384RSA",
    "1.2.840.113549.1.1.13": "sha512RSA",
    "1.2.840.10045.2.1": "ECC",
    "1.2.840.10045.4.3.2": "sha256ECDSA",
    "1.2.840.10045.4.3.3": "sha384ECDSA",
    "1.2.840.10045.4.3.4": "sha512ECDSA",
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "1.2.840.113549.1.9.1": "E",
    "1.3.6.1.5.5.7.3.1": "TLS Web Server Authentication",
    "1.3.6.1.5.5.7.3.2": "TLS Web Client Authentication",
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "S",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.29.14": "X509v3 Subject Key Identifier",
    "2.5.29.15": "X509v3 Key Usage",
    "2.5.29.17": "X509v3 Subject Alternative Name",
    "2.5.29.19": "X509v3 Basic Constraints",
    "2.5.29.35": "X509v3 Authority Key Identifier",
    "2.5.29.37": "X509v3 Extended Key Usage",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


@dataclass(slots=True)
class Oid:
    """An object identifier: its number with points, and the name that it is known by."""

    value: str | None
    friendly: str | None

    ty = t.make("Oid")


def oid(value: str | None) -> Oid:
    """An identifier with the name that .NET knows for it."""
    numbers = {name: number for number, name in OIDS.items()}
    if value in numbers:
        return Oid(numbers[value], value)
    return Oid(value, OIDS.get(value or ""))


def _set_value(o: Oid, value: str | None) -> None:
    o.value = value


def _set_friendly(o: Oid, value: str | None) -> None:
    o.friendly = value


# --------------------------------------------------------------------------- hashes by name


def _created(name: str) -> Hash | None:
    """`HashAlgorithm.Create`: by the names of CryptoConfig; null for others."""
    plain = name.rpartition(".")[2].upper().replace("SHA-", "SHA")
    for tail in ("MANAGED", "CRYPTOSERVICEPROVIDER", "CNG"):
        plain = plain.removesuffix(tail)
    if plain == "SHA":
        plain = "SHA1"
    if plain in HASHES:
        return Hash(plain, HASHES[plain])
    if plain.startswith("HMAC") and plain[4:] in HASHES:
        algorithm = HASHES[plain[4:]]
        return Hash(plain, algorithm, secrets.token_bytes(BLOCKS[algorithm]))
    return None


def _keyed(name: str) -> Hash | None:
    found = _created(name)
    return found if found is None or found.key is not None else _wrong(name, "KeyedHashAlgorithm")


def _of_kind(kind: str) -> Callable[[str], Hash | None]:
    def run(name: str) -> Hash | None:
        found = _created(name)
        return found if found is None or found.ty.name.startswith(kind) else _wrong(name, kind)

    return run


def _wrong(name: str, kind: str) -> Hash:
    raise NetError("InvalidCastException", f"Unable to cast the object made for '{name}' to type '{kind}'.")


def _part(data: NetArray, offset: int, count: int) -> list[int]:
    if offset < 0:
        raise out_of_range("inputOffset", "Non-negative number required.")
    if count < 0 or count > len(data.items):
        raise argument("Value was invalid.")
    if count > len(data.items) - offset:
        raise argument("Offset and length were out of bounds for the array.")
    return list(data.items[offset : offset + count])


def _block(h: Hash, data: NetArray, offset: int, count: int, target: NetArray | None, at: int) -> int:
    part = _part(data, offset, count)
    h.pending += bytes(part)
    if target is not None:
        target.items[at : at + count] = part
    return count


def _final(h: Hash, data: NetArray, offset: int, count: int) -> NetArray:
    part = _part(data, offset, count)
    h.compute(byte_array(h.pending + bytes(part)))
    h.pending = b""
    return byte_array(bytes(part))


def _initialize(h: Hash) -> None:
    h.pending = b""


MEMBERS = {
    "HashAlgorithm": (
        member("static HashAlgorithm Create(string hashName)", _created),
        member("int InputBlockSize", lambda h: 1),
        member("int OutputBlockSize", lambda h: 1),
        member("bool CanReuseTransform", lambda h: True),
        member("bool CanTransformMultipleBlocks", lambda h: True),
        member(
            "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[]? outputBuffer, "
            "int outputOffset)",
            _block,
        ),
        member("byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)", _final),
        member("void Initialize()", _initialize),
    ),
    "KeyedHashAlgorithm": (member("static KeyedHashAlgorithm Create(string algName)", _keyed),),
    "HMAC": (
        member("static HMAC Create(string algorithmName)", _keyed),
        member("string HashName", lambda h: h.ty.name.removeprefix("HMAC")),
    ),
    **{name: (member(f"static {name} Create(string hashName)", _of_kind(name)),) for name in HASHES},
}


# --------------------------------------------------------------------------- random bytes


class RandomBytes:
    """An RNGCryptoServiceProvider."""

    __slots__ = ()
    ty = t.make("RNGCryptoServiceProvider")


def _fill(_: RandomBytes, data: NetArray, *at: int) -> None:
    start, count = at or (0, len(data.items))
    if start < 0 or count < 0:
        raise out_of_range("offset" if start < 0 else "count", "Non-negative number required.")
    if start + count > len(data.items):
        raise argument("Offset and length were out of bounds for the array.")
    data.items[start : start + count] = secrets.token_bytes(count)


def _fill_not_zero(_: RandomBytes, data: NetArray) -> None:
    data.items[:] = [1 + secrets.randbelow(255) for _ in data.items]


_NAMES = ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")
TYPES = (
    TypeEntry(
        "HashAlgorithmName",
        _SPACE,
        _DOCS + "hashalgorithmname",
        (
            member("HashAlgorithmName default()", lambda: HashName(None)),
            member("new(string? name)", HashName),
            *(member(f"static HashAlgorithmName {n}", lambda n=n: HashName(n)) for n in _NAMES),
            member("string Name", lambda n: n.name),
            member("string ToString()", HashName.net_text),
            member("bool Equals(HashAlgorithmName other)", lambda a, b: a == b),
            member("bool Equals(object? obj)", lambda a, b: a == b),
            member("static bool operator ==(HashAlgorithmName a, HashAlgorithmName b)", lambda a, b: a == b),
            member("static bool operator !=(HashAlgorithmName a, HashAlgorithmName b)", lambda a, b: a != b),
        ),
        "struct",
    ),
    TypeEntry(
        "Oid",
        _SPACE,
        _DOCS + "oid",
        (
            member("new()", lambda: Oid(None, None)),
            member("new(string? oid)", oid),
            member("new(string? value, string? friendlyName)", Oid),
            member("new(Oid oid)", lambda o: Oid(o.value, o.friendly)),
            member("string Value", lambda o: o.value, _set_value),
            member("string FriendlyName", lambda o: o.friendly, _set_friendly),
        ),
    ),
    TypeEntry(
        "RandomNumberGenerator",
        _SPACE,
        _DOCS + "randomnumbergenerator",
        (
            member("static RandomNumberGenerator Create()", RandomBytes),
            member("void GetBytes(byte[] data)", _fill),
            member("void GetBytes(byte[] data, int offset, int count)", _fill),
            member("void GetNonZeroBytes(byte[] data)", _fill_not_zero),
            member("void Dispose()", lambda r: None),
        ),
        bases=("IDisposable",),
        allowed=False,
    ),
    TypeEntry(
        "RNGCryptoServiceProvider",
        _SPACE,
        _DOCS + "rngcryptoserviceprovider",
        (member("new()", RandomBytes),),
        bases=("RandomNumberGenerator",),
    ),
)
