"""Content encodings of answers, undone as bytes arrive, for counting only.

The proxy asks for `identity`; what comes compressed in spite of it passes unchanged and is counted from
here. Bodies in recordings are often decoded already while their header still names an encoding.

Source: RFC 9110, 8.4 "Content-Encoding", https://www.rfc-editor.org/rfc/rfc9110 (2022-06).
"""

from __future__ import annotations

import zlib

MAX_DECODED_BYTES = 256 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
_FIRST_BYTE = {"gzip": b"\x1f", "x-gzip": b"\x1f", "deflate": b"\x78"}
_TEXT = frozenset(bytes([byte]) for byte in b" \t\r\n{[deir:\xef")  # JSON, event fields, a BOM
_AUTOMATIC = 47  # zlib's window bits for "gzip or zlib, by its header"


class Decoder:
    """Decodes a body that is, by its header, encoded.

    Args:
        encoding: value of the Content-Encoding header, or None.
    """

    def __init__(self, encoding: str | None) -> None:
        self._names = [name for name in (encoding or "").replace(" ", "").lower().split(",") if name]
        self._names = [name for name in self._names if name != "identity"]
        self._inflate: zlib._Decompress | None = None
        self._begun = not self._names
        self._left = MAX_DECODED_BYTES
        self.fault: str | None = None

    def feed(self, data: bytes) -> bytes:
        """The decoded bytes; none once the body cannot be decoded, and `fault` says why."""
        if not self._begun and data:
            self._begin(data)
        if self.fault:
            return b""
        return data if self._inflate is None else self._decode(self._inflate, data)

    def _begin(self, data: bytes) -> None:
        self._begun = True
        begin = data[:1]
        if begin in _TEXT:
            return  # decoded by whoever recorded it
        if begin == _FIRST_BYTE.get(",".join(self._names)):
            self._inflate = zlib.decompressobj(_AUTOMATIC)
        else:
            self.fault = "encoding_not_supported"

    def _decode(self, inflate: zlib._Decompress, data: bytes) -> bytes:
        parts: list[bytes] = []
        try:
            while data:
                if inflate.eof:  # a gzip body may have several members: RFC 1952, 2.2
                    if not data.startswith(_FIRST_BYTE["gzip"]):
                        break
                    inflate = self._inflate = zlib.decompressobj(_AUTOMATIC)
                part = inflate.decompress(data, PIECE_BYTES)
                data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
                self._left -= len(part)
                parts.append(part)
                if self._left < 0:
                    self.fault = "decoded_body_too_large"
                    break
        except zlib.error:
            self.fault = "encoding_broken"
        return b"".join(parts)
