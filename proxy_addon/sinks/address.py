"""The address of a sink: `scheme:target?option=value&…`, as it stands in the proxy's options.

No secret belongs into an address: what needs one takes the name of a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from gatewright.diagnostics import Diagnostic, Rejected, nearest
from proxy_addon.sinks import codes

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_SCHEME = re.compile(r"([a-z][a-z-]*):(.*)\Z", re.DOTALL)
_SIZE = re.compile(r"([0-9]{1,9})([km]?)\Z")
_FACTOR = {"": 1, "k": 1024, "m": 1024 * 1024}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its parts.

    Attributes:
        scheme: the kind of sink.
        target: what stands between the scheme and the options.
        options: the options, each named once.
    """

    scheme: str
    target: str
    options: Mapping[str, str]

    @property
    def name(self) -> str:
        """The sink's name: the option `name`, else the scheme."""
        return self.options.get("name", self.scheme)


def read(text: str) -> Address:
    """An address from its text.

    Raises:
        Rejected: PRX650 or PRX652.
    """
    match = _SCHEME.match(text)
    if match is None:
        hint = "write scheme:target, such as jsonl:/ledger/usage"
        raise Rejected([codes.BAD_ADDRESS.at(None, "the address of a sink has no scheme", hint=hint)])
    target, _, query = match[2].partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if len(options) != len(pairs):
        raise Rejected([_option(match[1], "an option stands twice", "name each option once")])
    address = Address(match[1], target, options)
    if not _NAME.match(address.name):
        hint = "up to 40 lower-case letters, digits and dashes"
        raise Rejected([_option(match[1], "name cannot be used", hint)])
    return address


class Options:
    """Reads the options of an address and collects what is wrong with them.

    Args:
        address: the address.
        known: the names of its options, apart from `name` and `gather`.
    """

    def __init__(self, address: Address, known: frozenset[str] = frozenset()) -> None:
        self._address = address
        self.faults: list[Diagnostic] = []
        allowed = known | {"name", "gather"}
        for name in address.options:
            if name not in allowed:
                close = nearest(name, allowed)
                hint = f"did you mean {close}?" if close else f"it has {', '.join(sorted(allowed))}"
                self.wrong(f"there is no option {name[:40]!r}", hint)

    def wrong(self, message: str, hint: str) -> None:
        """Notes a fault of an option."""
        self.faults.append(_option(self._address.scheme, message, hint))

    def incomplete(self, message: str, hint: str) -> None:
        """Notes a fault of the address as a whole."""
        text = f"the sink {self._address.scheme}: {message}"
        self.faults.append(codes.BAD_ADDRESS.at(None, text, hint=hint))

    def text(self, name: str) -> str | None:
        """An option's text, None where it is not given."""
        return self._address.options.get(name) or None

    def needed(self, name: str, pattern: re.Pattern[str], hint: str) -> str:
        """An option that must be given and match."""
        value = self.text(name)
        if value is None or not pattern.fullmatch(value):
            self.wrong(f"{name} is missing" if value is None else f"{name} cannot be used", hint)
            return ""
        return value

    def size(self, name: str, default: str, most: int) -> int:
        """An option that is a number of bytes, such as `64m`."""
        match = _SIZE.match((self.text(name) or default).lower())
        value = int(match[1]) * _FACTOR[match[2]] if match else 0
        if not 1024 <= value <= most:
            self.wrong(
                f"{name} is no size from 1k to {most} bytes", "write a number of bytes, or one with k or m"
            )
        return value

    def seconds(self, name: str, default: float) -> float:
        """An option that is a number of seconds, up to an hour."""
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not 1 <= int(value[:5]) <= 3600:
            self.wrong(f"{name} is no whole number from 1 to 3600", "write seconds, without a unit")
            return default
        return float(value)

    def url(self) -> str:
        """The target as an https URL; plain http only on loopback."""
        target = self._address.target.rstrip("/")
        try:
            parts = urlsplit(target)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        else:
            safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
            if host and safe and not (parts.username or parts.password or parts.fragment):
                return target
        self.incomplete(
            "its URL cannot be used", "write https://host[:port][/path], without user or password"
        )
        return ""

    def folder(self) -> Path:
        """The target as an absolute folder, which is made."""
        path = Path(self._address.target)
        if not path.is_absolute():
            self.incomplete("its folder is not absolute", f"write {self._address.scheme}:/absolute/folder")
            return path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            text = f"the sink {self._address.scheme}: its folder cannot be made"
            hint = "check the path, and the volume it stands on"
            self.faults.append(codes.FOLDER_UNUSABLE.at(None, text, hint=hint))
        return path

    def secret(self, name: str) -> str | None:
        """The text of the file that an option names, without line end; None where it is not given."""
        path = self.text(name)
        return None if path is None else self.file(Path(path), name)

    def file(self, path: Path, what: str) -> str | None:
        """The text of a small file; a fault names the option, never what stands in the file."""
        try:
            return path.read_text(encoding="utf-8")[:65536].strip()
        except (OSError, UnicodeDecodeError):
            text = f"the sink {self._address.scheme}: the file of {what} cannot be read"
            hint = "check the path, and the volume it stands on"
            self.faults.append(codes.FOLDER_UNUSABLE.at(None, text, hint=hint))
            return None

    def refuse(self) -> None:
        """Raises Rejected with everything that was found wrong."""
        if self.faults:
            raise Rejected(self.faults)


def _option(scheme: str, message: str, hint: str) -> Diagnostic:
    return codes.UNKNOWN_OPTION.at(None, f"the sink {scheme}: {message}", hint=hint)
