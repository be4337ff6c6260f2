"""An upstream that is somebody else's: the origin every route points to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from gatewright.diagnostics import Code, Rejected, Severity

BAD_ADDRESS = Code(
    "EMU552",
    "upstream-address-not-usable",
    Severity.ERROR,
    "The address given as upstream cannot be used.",
    unreadable=True,
)


@dataclass(frozen=True, slots=True)
class Address:
    """An origin: scheme, host and port, without path.

    Attributes:
        url: the origin as a URL.
        host: its host.
        loopback: whether it is on this machine.
    """

    url: str
    host: str
    loopback: bool


def read(text: str) -> Address:
    """A URL as an upstream address: https, or http on loopback only.

    >>> read("http://127.0.0.1:9000").loopback
    True

    Raises:
        Rejected: EMU552.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as fault:
        raise _wrong(text, str(fault)) from fault
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or not text.isascii():
        raise _wrong(text, "it is no http or https URL")
    if parts.username or parts.password or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _wrong(text, "it must be an origin: no user, path, query or fragment")
    loopback = _is_loopback(host)
    if parts.scheme == "http" and not loopback:
        raise _wrong(text, "http is for 127.0.0.1 only, since requests carry credentials")
    name = f"[{host}]" if ":" in host else host
    return Address(f"{parts.scheme}://{name}" + (f":{port}" if port else ""), host, loopback)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wrong(text: str, why: str) -> Rejected:
    hint = "write for example https://my-account.openai.azure.com or http://127.0.0.1:9000"
    return Rejected([BAD_ADDRESS.at(None, f'the upstream "{text}" cannot be used: {why}', hint=hint)])
