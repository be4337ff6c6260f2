r"""One frame of the journal: a line of a checksum, a kind, a record id and one JSON object.

```
<crc32, 8 hex digits> <b|e> <record id> <JSON>\n
```
The checksum is over everything between its space and the line end. A begin's JSON is the usage record that
is true if nothing more is heard of the attempt; an end's JSON is the settled usage record.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

BEGIN = b"b"
END = b"e"

_HEAD = 11  # checksum, space, kind, space


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that was read whole: kind (`BEGIN` or `END`), record id, JSON without line end."""

    kind: bytes
    record_id: bytes
    payload: bytes


def encode(kind: bytes, record_id: bytes, payload: bytes) -> bytes:
    r"""The line of a frame. The payload holds no line end.

    >>> encode(END, b"r1", b"{}")
    b'52f97e3d e r1 {}\n'
    """
    body = b"%b %b %b" % (kind, record_id, payload)
    return b"%08x %b\n" % (crc32(body), body)


def decode(line: bytes) -> Frame | None:
    r"""The frame of a line with its line end, or None where it is torn or damaged.

    >>> decode(encode(BEGIN, b"r1", b"{}")).record_id
    b'r1'
    >>> decode(b"00000000 e r1 {}\n") is None
    True
    """
    if line[-1:] != b"\n" or len(line) < _HEAD:
        return None
    body = line[9:-1]
    if line[:9] != b"%08x " % crc32(body):
        return None
    kind, _, rest = body.partition(b" ")
    record_id, _, payload = rest.partition(b" ")
    if kind not in (BEGIN, END) or not payload:
        return None
    return Frame(kind, record_id, payload)
