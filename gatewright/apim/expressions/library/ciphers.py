"""SymmetricAlgorithm with AES and TripleDES, and the gateway's `Encrypt` and `Decrypt` of bytes.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15);
https://learn.microsoft.com/dotnet/api/system.security.cryptography.symmetricalgorithm (.NET Core 3.1).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import Exceeded, NetError, argument
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.runtime import enum_value
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.values import EnumValue, NetArray

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

_POLICY = "https://learn.microsoft.com/azure/api-management/api-management-policy-expressions"
_DOCS = "https://learn.microsoft.com/dotnet/api/system.security.cryptography."
_SPACE = "System.Security.Cryptography"
_CBC, _ECB = 1, 2
_NONE, _PKCS7, _ZEROS, _ANSI, _ISO = 1, 2, 3, 4, 5
_KEYS = {"AES": (16, 24, 32), "TripleDES": (16, 24)}
_BLOCKS = {"AES": 16, "TripleDES": 8}


def _fault(message: str) -> NetError:
    return NetError("CryptographicException", message)


class Algorithm:
    """A SymmetricAlgorithm: AES or TripleDES, its key, vector, mode and padding."""

    __slots__ = ("iv", "key", "mode", "name", "padding", "ty")

    def __init__(self, name: str, ty: str = "") -> None:
        self.ty = t.make(ty or name)
        self.name = name
        self.mode, self.padding = _CBC, _PKCS7
        self.key = secrets.token_bytes(32 if name == "AES" else 24)
        self.iv = secrets.token_bytes(_BLOCKS[name])


class Transform:
    """An ICryptoTransform: one direction of an algorithm with its key and vector."""

    __slots__ = ("algorithm", "cipher", "encrypts")
    ty = t.make("ICryptoTransform")

    def __init__(self, algorithm: Algorithm, encrypts: bool, key: bytes, iv: bytes | None) -> None:
        self.algorithm = algorithm
        self.encrypts = encrypts
        self.cipher = _cipher(algorithm.name, algorithm.mode, key, iv)

    def final(self, data: bytes) -> bytes:
        """All of a text at once.

        Raises:
            NetError: CryptographicException.
        """
        size, padding = _BLOCKS[self.algorithm.name], self.algorithm.padding
        if self.encrypts:
            step = self.cipher.encryptor()
            return bytes(step.update(_padded(data, size, padding)) + step.finalize())
        if len(data) % size:
            raise _fault("The input data is not a complete block.")
        step = self.cipher.decryptor()
        return _unpadded(step.update(data) + step.finalize(), size, padding)


def _padded(data: bytes, size: int, padding: int) -> bytes:
    count = size - len(data) % size
    match padding:
        case 2:
            return data + bytes([count]) * count
        case 4:
            return data + bytes(count - 1) + bytes([count])
        case 5:
            return data + secrets.token_bytes(count - 1) + bytes([count])
        case 3:
            return data + bytes(count % size)
        case _:
            if len(data) % size:
                raise _fault("The input data is not a complete block.")
            return data


def _unpadded(data: bytes, size: int, padding: int) -> bytes:
    if padding in (_NONE, _ZEROS):
        return data
    count = data[-1] if data else 0
    tail = data[len(data) - count : -1] if data else b""
    right = 1 <= count <= size and (
        padding == _ISO or tail == (bytes([count]) if padding == _PKCS7 else b"\0") * (count - 1)
    )
    if not right:
        raise _fault("Padding is invalid and cannot be removed.")
    return data[:-count]


def _cipher(name: str, mode: int, key: bytes, iv: bytes | None) -> Cipher[modes.CBC | modes.ECB]:
    """The engine's cipher.

    Raises:
        NetError: ArgumentException for a key or vector of a wrong length.
    """
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if len(key) not in _KEYS[name]:
        raise argument("Specified key is not a valid size for this algorithm.", "key")
    if mode not in (_CBC, _ECB):
        raise Exceeded("CipherNotInterpreted", "modes other than CBC and ECB are not interpreted here")
    if mode == _CBC and (iv is None or len(iv) != _BLOCKS[name]):
        message = "Specified initialization vector (IV) does not match the block size for this algorithm."
        raise argument(message, "iv")
    how = modes.CBC(iv) if mode == _CBC and iv is not None else modes.ECB()
    if name == "AES":
        return Cipher(algorithms.AES(key), how)
    return Cipher(TripleDES(key if len(key) == 24 else key + key[:8]), how)  # two keys: the first one again


# --------------------------------------------------------------------------- SymmetricAlgorithm


_CONFIG = {
    "aes": ("AES", "Aes"),
    "aesmanaged": ("AES", "AesManaged"),
    "rijndael": ("AES", "RijndaelManaged"),
} | {
    "aescryptoserviceprovider": ("AES", "AesCryptoServiceProvider"),
    "rijndaelmanaged": ("AES", "RijndaelManaged"),
    "3des": ("TripleDES", "TripleDESCryptoServiceProvider"),
    "tripledes": ("TripleDES", "TripleDESCryptoServiceProvider"),
    "triple des": ("TripleDES", "TripleDESCryptoServiceProvider"),
}


def _created(name: str) -> Algorithm | None:
    plain = name.removeprefix("System.Security.Cryptography.").lower()
    found = _CONFIG.get(plain)
    if found is None and plain in ("des", "rc2"):
        raise Exceeded("CipherNotInterpreted", f"{name} is not interpreted here")
    return None if found is None else Algorithm(*found)


def _set_key(a: Algorithm, value: NetArray | None) -> None:
    if value is None:
        raise NetError("ArgumentNullException", "Value cannot be null. (Parameter 'value')")
    if len(value.items) not in _KEYS[a.name]:
        raise _fault("Specified key is not a valid size for this algorithm.")
    a.key = bytes(value.items)


def _set_iv(a: Algorithm, value: NetArray | None) -> None:
    if value is None:
        raise NetError("ArgumentNullException", "Value cannot be null. (Parameter 'value')")
    if len(value.items) != _BLOCKS[a.name]:
        raise _fault("Specified initialization vector (IV) does not match the block size for this algorithm.")
    a.iv = bytes(value.items)


def _set_size(a: Algorithm, bits: int) -> None:
    if bits % 8 or bits // 8 not in _KEYS[a.name]:
        raise _fault("Specified key is not a valid size for this algorithm.")
    a.key = secrets.token_bytes(bits // 8)


def _set_mode(a: Algorithm, value: EnumValue) -> None:
    if not 1 <= value.number <= 5:
        raise _fault("Specified cipher mode is not valid for this algorithm.")
    a.mode = value.number


def _set_padding(a: Algorithm, value: EnumValue) -> None:
    if not 1 <= value.number <= 5:
        raise _fault("Specified padding mode is not valid for this algorithm.")
    a.padding = value.number


def _new_key(a: Algorithm) -> None:
    a.key = secrets.token_bytes(len(a.key))


def _new_iv(a: Algorithm) -> None:
    a.iv = secrets.token_bytes(len(a.iv))


def _encryptor(a: Algorithm, *given: NetArray | None) -> Transform:
    return _transform(a, True, *given)


def _decryptor(a: Algorithm, *given: NetArray | None) -> Transform:
    return _transform(a, False, *given)


def _transform(a: Algorithm, encrypts: bool, *given: NetArray | None) -> Transform:
    if not given:
        return Transform(a, encrypts, a.key, a.iv)
    key, iv = given
    assert key is not None
    return Transform(a, encrypts, bytes(key.items), None if iv is None else bytes(iv.items))


def _final(step: Transform, data: NetArray, offset: int, count: int) -> NetArray:
    if offset < 0 or count < 0 or offset + count > len(data.items):
        raise argument("Offset and length were out of bounds for the array.")
    return byte_array(step.final(bytes(data.items[offset : offset + count])))


# --------------------------------------------------------------------------- the gateway's own


def _named(name: str | None) -> Algorithm:
    return Algorithm("AES" if (name or "").lower() == "aes" else "TripleDES")


def _encrypt(data: NetArray, alg: str | Algorithm | None, *given: NetArray) -> NetArray:
    algorithm = alg if isinstance(alg, Algorithm) else _named(alg)
    return byte_array(_encryptor(algorithm, *given).final(bytes(data.items)))


def _decrypt(data: NetArray, alg: str | Algorithm | None, *given: NetArray) -> NetArray:
    algorithm = alg if isinstance(alg, Algorithm) else _named(alg)
    return byte_array(_decryptor(algorithm, *given).final(bytes(data.items)))


def _extensions() -> tuple[Entry, ...]:
    forms = (
        "string? alg, byte[] key, byte[] iv",
        "SymmetricAlgorithm alg",
        "SymmetricAlgorithm alg, byte[] key, byte[] iv",
    )
    calls = (("Encrypt", _encrypt), ("Decrypt", _decrypt))
    return tuple(
        member(f"static byte[] {n}(this byte[] input, {f})", call) for n, call in calls for f in forms
    )


def _algorithm(name: str, base: str, *members: Entry, allowed: bool = False) -> TypeEntry:
    bases = (base,) if base else ("IDisposable",)
    return TypeEntry(name, _SPACE, _DOCS + name.lower(), tuple(members), bases=bases, allowed=allowed)


_PROPERTIES = (
    member("static SymmetricAlgorithm Create(string algName)", _created),
    member("byte[] Key", lambda a: byte_array(a.key), _set_key),
    member("byte[] IV", lambda a: byte_array(a.iv), _set_iv),
    member("int KeySize", lambda a: len(a.key) * 8, _set_size),
    member("int BlockSize", lambda a: _BLOCKS[a.name] * 8),
    member("CipherMode Mode", lambda a: enum_value(t.make("CipherMode"), a.mode), _set_mode),
    member("PaddingMode Padding", lambda a: enum_value(t.make("PaddingMode"), a.padding), _set_padding),
    member("bool ValidKeySize(int bitLength)", lambda a, n: n % 8 == 0 and n // 8 in _KEYS[a.name]),
    member("void GenerateKey()", _new_key),
    member("void GenerateIV()", _new_iv),
    member("ICryptoTransform CreateEncryptor()", _encryptor),
    member("ICryptoTransform CreateEncryptor(byte[] rgbKey, byte[]? rgbIV)", _encryptor),
    member("ICryptoTransform CreateDecryptor()", _decryptor),
    member("ICryptoTransform CreateDecryptor(byte[] rgbKey, byte[]? rgbIV)", _decryptor),
    member("void Clear()", lambda a: None),
    member("void Dispose()", lambda a: None),
)
TYPES = (
    TypeEntry("CipherExtensions", "", _POLICY, _extensions(), "static"),
    _algorithm("SymmetricAlgorithm", "", *_PROPERTIES, allowed=True),
    _algorithm("Aes", "SymmetricAlgorithm", member("static Aes Create()", lambda: Algorithm("AES", "Aes"))),
    _algorithm("Rijndael", "SymmetricAlgorithm"),
    _algorithm(
        "TripleDES", "SymmetricAlgorithm", member("static TripleDES Create()", lambda: Algorithm("TripleDES"))
    ),
    *(
        _algorithm(name, base, member("new()", lambda n=n, name=name: Algorithm(n, name)))
        for name, base, n in (
            ("AesManaged", "Aes", "AES"),
            ("AesCryptoServiceProvider", "Aes", "AES"),
            ("RijndaelManaged", "Rijndael", "AES"),
            ("TripleDESCryptoServiceProvider", "TripleDES", "TripleDES"),
        )
    ),
    TypeEntry(
        "ICryptoTransform",
        _SPACE,
        _DOCS + "icryptotransform",
        (
            member("byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)", _final),
            member("int InputBlockSize", lambda s: _BLOCKS[s.algorithm.name]),
            member("int OutputBlockSize", lambda s: _BLOCKS[s.algorithm.name]),
            member("bool CanReuseTransform", lambda s: True),
            member("bool CanTransformMultipleBlocks", lambda s: True),
            member("void Dispose()", lambda s: None),
        ),
        "interface",
        ("IDisposable",),
        allowed=False,
    ),
    enum("CipherMode", _SPACE, _DOCS + "ciphermode", "CBC=1 ECB OFB CFB CTS"),
    enum("PaddingMode", _SPACE, _DOCS + "paddingmode", "None=1 PKCS7 Zeros ANSIX923 ISO10126"),
)
