"""The gateway's `Encrypt` and `Decrypt` of bytes: AES and TripleDES, CBC, PKCS7.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15);
.NET Core 3.1, `SymmetricAlgorithm.CreateEncryptor(key, iv)`.
"""

from __future__ import annotations

from typing import Any

from gatewright.apim.expressions.faults import NetError, argument
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.values import NetArray

_DOCS = "https://learn.microsoft.com/azure/api-management/api-management-policy-expressions"


def _cipher(name: str, key: NetArray, iv: NetArray) -> tuple[Any, int]:
    """The algorithm with its key, and its block in bits.

    Raises:
        NetError: ArgumentException for a key or vector of a wrong length.
    """
    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError as fault:
        message = "Encrypt and Decrypt need the package cryptography"
        raise NetError("PlatformNotSupportedException", message) from fault
    secret, vector = bytes(key.items), bytes(iv.items)
    aes = name.lower() == "aes"
    if len(secret) not in ((16, 24, 32) if aes else (16, 24)):
        raise argument("Specified key is not a valid size for this algorithm.", "key")
    block = 16 if aes else 8
    if len(vector) != block:
        raise argument(
            "Specified initialization vector (IV) does not match the block size for this algorithm.", "iv"
        )
    algorithm = algorithms.AES(secret) if aes else TripleDES(secret)
    return Cipher(algorithm, modes.CBC(vector)), block * 8


def _encrypt(data: NetArray, alg: str, key: NetArray, iv: NetArray) -> NetArray:
    from cryptography.hazmat.primitives.padding import PKCS7

    cipher, block = _cipher(alg or "", key, iv)
    padder, step = PKCS7(block).padder(), cipher.encryptor()
    padded = padder.update(bytes(data.items)) + padder.finalize()
    return byte_array(step.update(padded) + step.finalize())


def _decrypt(data: NetArray, alg: str, key: NetArray, iv: NetArray) -> NetArray:
    from cryptography.hazmat.primitives.padding import PKCS7

    cipher, block = _cipher(alg or "", key, iv)
    step, unpadder = cipher.decryptor(), PKCS7(block).unpadder()
    try:
        plain = step.update(bytes(data.items)) + step.finalize()
        return byte_array(unpadder.update(plain) + unpadder.finalize())
    except ValueError as fault:
        raise NetError("CryptographicException", "Padding is invalid and cannot be removed.") from fault


TYPES = (
    TypeEntry(
        "CipherExtensions",
        "",
        _DOCS,
        (
            member("static byte[] Encrypt(this byte[] input, string? alg, byte[] key, byte[] iv)", _encrypt),
            member("static byte[] Decrypt(this byte[] input, string? alg, byte[] key, byte[] iv)", _decrypt),
        ),
        "static",
    ),
)
