"""System.Security.Cryptography: hashes and HMACs.

Source: https://learn.microsoft.com/dotnet/api/system.security.cryptography (.NET Core 3.1).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.values import NetArray

_DOCS = "https://learn.microsoft.com/dotnet/api/system.security.cryptography."
_SPACE = "System.Security.Cryptography"


class Hash:
    """A hash or HMAC: its algorithm, its key where it has one, and the last digest."""

    __slots__ = ("algorithm", "closed", "digest", "key", "pending", "ty")

    def __init__(self, name: str, algorithm: str, key: bytes | None = None) -> None:
        self.ty = t.make(name)
        self.algorithm = algorithm
        self.key = key
        self.digest: bytes | None = None
        self.pending = b""
        self.closed = False

    def compute(self, data: NetArray) -> NetArray:
        """`ComputeHash`."""
        if self.closed:
            raise NetError("ObjectDisposedException", "Cannot access a disposed object.")
        raw = bytes(data.items)
        if self.key is None:
            self.digest = hashlib.new(self.algorithm, raw).digest()
        else:
            self.digest = hmac.new(self.key, raw, self.algorithm).digest()
        return byte_array(self.digest)


def _result(h: Hash) -> NetArray | None:
    return None if h.digest is None else byte_array(h.digest)


def _dispose(h: Hash) -> None:
    h.closed = True


def _set_key(h: Hash, key: NetArray) -> None:
    h.key = bytes(key.items)


BLOCKS = {"md5": 64, "sha1": 64, "sha256": 64, "sha384": 128, "sha512": 128}
HASHES = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}


def _hashes() -> Iterator[TypeEntry]:
    for name, algorithm in HASHES.items():

        def create(name: str = name, algorithm: str = algorithm) -> Hash:
            return Hash(name, algorithm)

        def keyed(key: NetArray, name: str = name, algorithm: str = algorithm) -> Hash:
            return Hash("HMAC" + name, algorithm, bytes(key.items))

        def random_key(name: str = name, algorithm: str = algorithm) -> Hash:
            return Hash("HMAC" + name, algorithm, secrets.token_bytes(BLOCKS[algorithm]))

        yield TypeEntry(
            name,
            _SPACE,
            _DOCS + name.lower(),
            (member(f"static {name} Create()", create),),
            bases=("HashAlgorithm",),
        )
        if name != "MD5":
            yield TypeEntry(
                f"{name}Managed",
                _SPACE,
                _DOCS + name.lower() + "managed",
                (member("new()", create),),
                bases=(name,),
            )
        yield TypeEntry(
            f"{name}CryptoServiceProvider",
            _SPACE,
            _DOCS + name.lower(),
            (member("new()", create),),
            bases=(name,),
            allowed=False,
        )
        yield TypeEntry(
            f"HMAC{name}",
            _SPACE,
            _DOCS + "hmac" + name.lower(),
            (member("new(byte[] key)", keyed), member("new()", random_key)),
            bases=("HMAC",),
        )


def _part(h: Hash, data: NetArray, offset: int, count: int) -> NetArray:
    if offset < 0 or count < 0 or offset + count > len(data.items):
        raise NetError("ArgumentException", "Value was invalid.")
    return h.compute(NetArray(data.ty, data.items[offset : offset + count]))


TYPES = (
    TypeEntry(
        "HashAlgorithm",
        _SPACE,
        _DOCS + "hashalgorithm",
        (
            member("byte[] ComputeHash(byte[] buffer)", Hash.compute),
            member("byte[] ComputeHash(byte[] buffer, int offset, int count)", _part),
            member("byte[] Hash", _result),
            member("int HashSize", lambda h: hashlib.new(h.algorithm).digest_size * 8),
            member("void Dispose()", _dispose),
            member("void Clear()", _dispose),
        ),
        bases=("IDisposable",),
    ),
    TypeEntry(
        "KeyedHashAlgorithm",
        _SPACE,
        _DOCS + "keyedhashalgorithm",
        (member("byte[] Key", lambda h: byte_array(h.key or b""), _set_key),),
        bases=("HashAlgorithm",),
    ),
    TypeEntry("HMAC", _SPACE, _DOCS + "hmac", bases=("KeyedHashAlgorithm",)),
    *_hashes(),
)
