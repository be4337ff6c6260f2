"""System.Net.IPAddress.

Source: https://learn.microsoft.com/dotnet/api/system.net.ipaddress (.NET Core 3.1).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, argument_null, out_of_range
from gatewright.apim.expressions.library.convert import byte_array
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.runtime import enum_value
from gatewright.apim.expressions.values import NetArray

_DOCS = "https://learn.microsoft.com/dotnet/api/system.net."
_FAMILY = t.make("AddressFamily")
_ALLOWED = frozenset(
    "AddressFamily Equals GetAddressBytes IsLoopback Parse TryParse ToString op== op!=".split()
)
_ZONED = re.compile(r"\[?([0-9A-Fa-f:.]+)(?:%(\w+))?(?:\](?::\d+|:0x[0-9A-Fa-f]+)?|/\d+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address: its bytes, and the number of its zone (version 6)."""

    raw: bytes
    zone: int = 0

    ty = t.make("IPAddress")

    def net_text(self) -> str:
        """The usual form; the last four bytes of some version 6 addresses with points."""
        if len(self.raw) == 4:
            return ".".join(map(str, self.raw))
        six = ipaddress.IPv6Address(self.raw)
        text = str(six)
        head, tail = self.raw[:12], ipaddress.IPv4Address(self.raw[12:])
        if head == b"\0" * 10 + b"\xff\xff":
            text = f"::ffff:{tail}"
        elif head == b"\0" * 12 and self.raw[12:14] != b"\0\0":
            text = f"::{tail}"
        elif self.raw[8:12] in (b"\0\0\x5e\xfe", b"\x02\0\x5e\xfe"):
            start = str(ipaddress.IPv6Address(self.raw[:12] + bytes(4)))
            text = f"{start.removesuffix('0:0').removesuffix(':')}:{tail}"
        return f"{text}%{self.zone}" if self.zone else text


def _four(text: str) -> bytes | None:
    """Version 4 with one to four numbers, decimal, octal or hexadecimal."""
    numbers: list[int] = []
    for part in text.split("."):
        if re.fullmatch(r"0[xX][0-9A-Fa-f]+|[0-9]+", part) is None:
            return None
        base = 16 if part[:2].lower() == "0x" else 8 if part[0] == "0" and len(part) > 1 else 10
        try:
            numbers.append(int(part, base))
        except ValueError:
            return None
    *head, last = numbers
    room = 4 - len(head)
    if room < 1 or any(n > 255 for n in head) or last >= 1 << 8 * room:
        return None
    return bytes(head) + last.to_bytes(room, "big")


def _read(text: str) -> Address | None:
    if ":" not in text:
        found = _four(text)
        return None if found is None else Address(found)
    shape = _ZONED.match(text)
    if shape is None or text.startswith("[") != ("]" in text):
        return None
    try:
        six = ipaddress.IPv6Address(shape.group(1))
    except ValueError:
        return None
    zone = shape.group(2) or ""
    return Address(six.packed, int(zone) if zone.isdigit() else 0)


def parse_address(text: str) -> Address:
    """`IPAddress.Parse`.

    Raises:
        NetError: FormatException.
    """
    found = _read(text)
    if found is None:
        raise NetError("FormatException", "An invalid IP address was specified.")
    return found


def _try(text: str | None) -> tuple[bool, Address | None]:
    found = None if text is None else _read(text)
    return found is not None, found


def _of_bytes(data: NetArray, zone: int = 0) -> Address:
    if len(data.items) not in (4, 16):
        raise argument("An invalid IP address was specified.", "address")
    return Address(bytes(data.items), zone)


def _of_number(number: int) -> Address:
    if not 0 <= number <= 0xFFFFFFFF:
        raise out_of_range("newAddress")
    return Address(number.to_bytes(4, "little"))


def _is_loopback(address: Address | None) -> bool:
    if address is None:
        raise argument_null("address")
    return address.raw[0] == 127 if len(address.raw) == 4 else address.raw == bytes(15) + b"\1"


def _mapped(address: Address) -> bool:
    return len(address.raw) == 16 and address.raw[:12] == b"\0" * 10 + b"\xff\xff"


def _to_four(address: Address) -> Address:
    return Address(address.raw[-4:])


def _to_six(address: Address) -> Address:
    return address if len(address.raw) == 16 else Address(b"\0" * 10 + b"\xff\xff" + address.raw)


def _six_starts(bits: int, size: int) -> Callable[[Address], bool]:
    return lambda a: len(a.raw) == 16 and int.from_bytes(a.raw[:2], "big") >> (16 - size) == bits


_WELL_KNOWN = {"Any": bytes(4), "Loopback": b"\x7f\0\0\1", "Broadcast": b"\xff" * 4, "None": b"\xff" * 4} | {
    "IPv6Any": bytes(16),
    "IPv6None": bytes(16),
    "IPv6Loopback": bytes(15) + b"\1",
}
TYPES = (
    TypeEntry(
        "IPAddress",
        "System.Net",
        _DOCS + "ipaddress",
        (
            member("new(byte[] address)", _of_bytes),
            member("new(byte[] address, long scopeid)", _of_bytes),
            member("new(long newAddress)", _of_number),
            *(
                member(f"static IPAddress {n}", lambda raw=raw: Address(raw))
                for n, raw in _WELL_KNOWN.items()
            ),
            member("static IPAddress Parse(string ipString)", parse_address),
            member("static bool TryParse(string? ipString, out IPAddress address)", _try),
            member("static bool IsLoopback(IPAddress? address)", _is_loopback),
            member(
                "AddressFamily AddressFamily", lambda a: enum_value(_FAMILY, 2 if len(a.raw) == 4 else 23)
            ),
            member("byte[] GetAddressBytes()", lambda a: byte_array(a.raw)),
            member("string ToString()", Address.net_text),
            member("bool Equals(object? comparand)", lambda a, b: a == b),
            member("long ScopeId", lambda a: a.zone),
            member("bool IsIPv4MappedToIPv6", _mapped),
            member("bool IsIPv6LinkLocal", _six_starts(0x3FA, 10)),
            member("bool IsIPv6SiteLocal", _six_starts(0x3FB, 10)),
            member("bool IsIPv6Multicast", _six_starts(0xFF, 8)),
            member("IPAddress MapToIPv4()", _to_four),
            member("IPAddress MapToIPv6()", _to_six),
        ),
        allowed=_ALLOWED,
    ),
    enum(
        "AddressFamily",
        "System.Net.Sockets",
        _DOCS + "sockets.addressfamily",
        "Unknown=-1 Unspecified=0 Unix InterNetwork InterNetworkV6=23",
    ),
)
