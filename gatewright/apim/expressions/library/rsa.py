"""System.Security.Cryptography.RSA and its paddings.

Source: https://learn.microsoft.com/dotnet/api/system.security.cryptography.rsa (.NET Core 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.hash_members import HashName
from gatewright.apim.expressions.library.runtime import enum_value
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import Value

_DOCS = "https://learn.microsoft.com/dotnet/api/system.security.cryptography."
_SPACE = "System.Security.Cryptography"


def _later(name: str) -> Callable[..., Value]:
    """A function of the module that loads the package cryptography, once it is first called."""

    def run(*values: Value) -> Value:
        return getattr(import_module("gatewright.apim.expressions.library.rsa_keys"), name)(*values)

    return run


@dataclass(frozen=True, slots=True)
class Padding:
    """An RSAEncryptionPadding or RSASignaturePadding."""

    ty: t.Ty
    name: str
    oaep: str | None = None

    def net_text(self) -> str:
        """The name, with the hash of OAEP."""
        return self.name + (self.oaep or "")


def _encryption(name: str, oaep: str | None = None) -> Padding:
    return Padding(t.make("RSAEncryptionPadding"), name, oaep)


def _signature(name: str) -> Padding:
    return Padding(t.make("RSASignaturePadding"), name)


_ENCRYPTION, _SIGNATURE = t.make("RSAEncryptionPaddingMode"), t.make("RSASignaturePaddingMode")
_HOW = "HashAlgorithmName hashAlgorithm, RSASignaturePadding padding"
_OAEP = ("SHA1", "SHA256", "SHA384", "SHA512")


def _padding(name: str, *members: Entry) -> TypeEntry:
    same = (
        member("string ToString()", Padding.net_text),
        member("bool Equals(object? obj)", lambda a, b: a == b),
        member(f"static bool operator ==({name}? a, {name}? b)", lambda a, b: a == b),
        member(f"static bool operator !=({name}? a, {name}? b)", lambda a, b: a != b),
    )
    return TypeEntry(name, _SPACE, _DOCS + name.lower(), (*members, *same))


TYPES = (
    TypeEntry(
        "AsymmetricAlgorithm",
        _SPACE,
        _DOCS + "asymmetricalgorithm",
        (
            member("int KeySize", lambda k: k.key_size),
            member("string SignatureAlgorithm", lambda k: "RSA"),
            member("string KeyExchangeAlgorithm", lambda k: "RSA"),
            member("string ToXmlString(bool includePrivateParameters)", _later("to_xml")),
            member("void FromXmlString(string xmlString)", _later("from_xml")),
            member("void Clear()", lambda k: None),
            member("void Dispose()", lambda k: None),
        ),
        bases=("IDisposable",),
    ),
    TypeEntry(
        "RSA",
        _SPACE,
        _DOCS + "rsa",
        (
            member("static RSA Create()", _later("create")),
            member("static RSA Create(int keySizeInBits)", _later("create")),
            member(f"byte[] SignData(byte[] data, {_HOW})", _later("sign")),
            member(
                f"byte[] SignData(byte[] data, int offset, int count, {_HOW})",
                _later("sign_part"),
            ),
            member(f"byte[] SignHash(byte[] hash, {_HOW})", _later("sign_hash")),
            member(f"bool VerifyData(byte[] data, byte[] signature, {_HOW})", _later("verify")),
            member(
                f"bool VerifyData(byte[] data, int offset, int count, byte[] signature, {_HOW})",
                _later("verify_part"),
            ),
            member(f"bool VerifyHash(byte[] hash, byte[] signature, {_HOW})", _later("verify_hash")),
            member("byte[] Encrypt(byte[] data, RSAEncryptionPadding padding)", _later("encrypt")),
            member("byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)", _later("decrypt")),
        ),
        bases=("AsymmetricAlgorithm",),
    ),
    TypeEntry("RSAOpenSsl", _SPACE, _DOCS + "rsaopenssl", bases=("RSA",), allowed=False),
    _padding(
        "RSAEncryptionPadding",
        member("static RSAEncryptionPadding Pkcs1", lambda: _encryption("Pkcs1")),
        *(member(f"static RSAEncryptionPadding Oaep{h}", lambda h=h: _encryption("Oaep", h)) for h in _OAEP),
        member(
            "static RSAEncryptionPadding CreateOaep(HashAlgorithmName hashAlgorithm)",
            lambda h: _encryption("Oaep", h.name),
        ),
        member("HashAlgorithmName OaepHashAlgorithm", lambda p: HashName(p.oaep)),
        member("RSAEncryptionPaddingMode Mode", lambda p: enum_value(_ENCRYPTION, p.oaep is not None)),
    ),
    _padding(
        "RSASignaturePadding",
        member("static RSASignaturePadding Pkcs1", lambda: _signature("Pkcs1")),
        member("static RSASignaturePadding Pss", lambda: _signature("Pss")),
        member("RSASignaturePaddingMode Mode", lambda p: enum_value(_SIGNATURE, p.name == "Pss")),
    ),
    enum("RSAEncryptionPaddingMode", _SPACE, _DOCS + "rsaencryptionpaddingmode", "Pkcs1 Oaep", allowed=False),
    enum("RSASignaturePaddingMode", _SPACE, _DOCS + "rsasignaturepaddingmode", "Pkcs1 Pss", allowed=False),
)
