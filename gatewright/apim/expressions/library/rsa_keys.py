"""RSA keys: signatures, encryption, keys as XML; all of it is done by the package cryptography.

Source: https://learn.microsoft.com/dotnet/api/system.security.cryptography.rsa (.NET Core 3.1).
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as pads
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import Exceeded, NetError, argument
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.hash_members import HashName
from gatewright.apim.expressions.library.rsa import Padding
from gatewright.apim.expressions.values import NetArray
from gatewright.apim.expressions.xml_names import XName
from gatewright.apim.expressions.xml_reader import parse_element

_PARTS = ("Modulus", "Exponent", "P", "Q", "DP", "DQ", "InverseQ", "D")
_MOST_BITS = 2048


def _fault(message: str) -> NetError:
    return NetError("CryptographicException", message)


class Rsa:
    """An RSA key; its private part may be missing, and a new one is made when it is first used."""

    __slots__ = ("_private", "_public", "bits")
    ty = t.make("RSAOpenSsl")

    def __init__(
        self, private: rsa.RSAPrivateKey | None, public: rsa.RSAPublicKey | None = None, bits: int = 0
    ) -> None:
        self.bits = bits
        self.put(private, public)

    def put(self, private: rsa.RSAPrivateKey | None, public: rsa.RSAPublicKey | None) -> None:
        """Another key in place of this one."""
        self._private = private
        self._public = public if private is None else private.public_key()

    @property
    def key_size(self) -> int:
        """The size in bits."""
        return self.bits if self._public is None else self._public.key_size

    @property
    def public(self) -> rsa.RSAPublicKey:
        """The public part.

        Raises:
            Exceeded: for a new key that would take too long to make.
        """
        if self._public is None:
            if self.bits > _MOST_BITS:
                message = f"new RSA keys of more than {_MOST_BITS} bits are not made here"
                raise Exceeded("KeySizeNotInterpreted", message)
            self.put(rsa.generate_private_key(65537, max(self.bits, 1024)), None)
        assert self._public is not None
        return self._public

    def secret(self) -> rsa.RSAPrivateKey:
        """The private part.

        Raises:
            NetError: CryptographicException.
        """
        if self.public is not None and self._private is None:
            raise _fault("The key does not have a private part.")
        assert self._private is not None
        return self._private


def _hash(name: HashName) -> hashes.HashAlgorithm:
    made: hashes.HashAlgorithm = getattr(hashes, name.algorithm.upper())()
    return made


def _signing(padding: Padding, name: HashName) -> pads.PKCS1v15 | pads.PSS:
    if padding.name == "Pkcs1":
        return pads.PKCS1v15()
    made = _hash(name)
    return pads.PSS(pads.MGF1(made), made.digest_size)


def _encrypting(padding: Padding) -> pads.PKCS1v15 | pads.OAEP:
    if padding.oaep is None:
        return pads.PKCS1v15()
    made = _hash(HashName(padding.oaep))
    return pads.OAEP(pads.MGF1(made), made, None)


def create(bits: int = 2048) -> Rsa:
    """A new key."""
    if not 512 <= bits <= 4096 or bits % 8:
        raise _fault("Specified key is not a valid size for this algorithm.")
    return Rsa(None, bits=bits)


def _part(data: NetArray, offset: int, count: int) -> NetArray:
    if offset < 0 or count < 0 or offset + count > len(data.items):
        raise argument("Offset and length were out of bounds for the array.", "offset")
    return NetArray(data.ty, data.items[offset : offset + count])


def sign_part(
    key: Rsa, data: NetArray, offset: int, count: int, name: HashName, padding: Padding
) -> NetArray:
    """`SignData` of a part."""
    return sign(key, _part(data, offset, count), name, padding)


def verify_part(
    key: Rsa, data: NetArray, offset: int, count: int, signature: NetArray, name: HashName, padding: Padding
) -> bool:
    """`VerifyData` of a part."""
    return verify(key, _part(data, offset, count), signature, name, padding)


def sign(key: Rsa, data: NetArray, name: HashName, padding: Padding) -> NetArray:
    """`SignData`."""
    return sign_hash(key, byte_array(hashlib.new(name.algorithm, bytes(data.items)).digest()), name, padding)


def sign_hash(key: Rsa, digest: NetArray, name: HashName, padding: Padding) -> NetArray:
    """`SignHash`."""
    try:
        how = _signing(padding, name)
        return byte_array(key.secret().sign(bytes(digest.items), how, Prehashed(_hash(name))))
    except ValueError as fault:
        raise _fault(str(fault)) from fault


def verify(key: Rsa, data: NetArray, signature: NetArray, name: HashName, padding: Padding) -> bool:
    """`VerifyData`."""
    digest = byte_array(hashlib.new(name.algorithm, bytes(data.items)).digest())
    return verify_hash(key, digest, signature, name, padding)


def verify_hash(key: Rsa, digest: NetArray, signature: NetArray, name: HashName, padding: Padding) -> bool:
    """`VerifyHash`."""
    how = _signing(padding, name)
    try:
        key.public.verify(bytes(signature.items), bytes(digest.items), how, Prehashed(_hash(name)))
    except (InvalidSignature, ValueError):
        return False
    return True


def encrypt(key: Rsa, data: NetArray, padding: Padding) -> NetArray:
    """`Encrypt`."""
    try:
        return byte_array(key.public.encrypt(bytes(data.items), _encrypting(padding)))
    except ValueError as fault:
        raise _fault(str(fault)) from fault


def decrypt(key: Rsa, data: NetArray, padding: Padding) -> NetArray:
    """`Decrypt`."""
    try:
        return byte_array(key.secret().decrypt(bytes(data.items), _encrypting(padding)))
    except ValueError as fault:
        raise _fault(str(fault)) from fault


# --------------------------------------------------------------------------- keys as XML


def _base64(number: int, size: int = 0) -> str:
    return base64.b64encode(number.to_bytes(size or (number.bit_length() + 7) // 8, "big")).decode()


def to_xml(key: Rsa, private: bool) -> str:
    """`ToXmlString`."""
    public = key.public.public_numbers()
    parts = {"Modulus": _base64(public.n), "Exponent": _base64(public.e)}
    if private:
        numbers = key.secret().private_numbers()
        half, whole = (key.public.key_size // 8 + 1) // 2, key.public.key_size // 8
        parts |= {"P": _base64(numbers.p, half), "Q": _base64(numbers.q, half)}
        parts |= {"DP": _base64(numbers.dmp1, half), "DQ": _base64(numbers.dmq1, half)}
        parts |= {"InverseQ": _base64(numbers.iqmp, half), "D": _base64(numbers.d, whole)}
    return "<RSAKeyValue>" + "".join(f"<{k}>{v}</{k}>" for k, v in parts.items()) + "</RSAKeyValue>"


def from_xml(key: Rsa, text: str) -> None:
    """`FromXmlString`."""
    root = parse_element(text)
    found: dict[str, int] = {}
    for name in _PARTS:
        child = next((e for e in root.elements() if e.name == XName(name, "")), None)
        if child is not None:
            found[name] = int.from_bytes(base64.b64decode("".join(child.value.split())), "big")
    if "Modulus" not in found or "Exponent" not in found:
        raise _fault("Input string does not contain a valid encoding of the 'RSA' 'Modulus' parameter.")
    public = rsa.RSAPublicNumbers(found["Exponent"], found["Modulus"])
    try:
        key.put(None, public.public_key())
        if "D" in found:
            p, q, dp, dq, inverse = (found[n] for n in ("P", "Q", "DP", "DQ", "InverseQ"))
            key.put(rsa.RSAPrivateNumbers(p, q, found["D"], dp, dq, inverse, public).private_key(), None)
    except (ValueError, KeyError) as fault:
        raise _fault("The specified RSA parameters are not valid.") from fault
