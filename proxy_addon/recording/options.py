"""What is recorded of production traffic, and how long it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_RATE = re.compile(r"(?:0?\.[0-9]{1,9}|1(?:\.0{1,9})?)\Z")
_TENANT = re.compile(r"[a-z][a-z0-9-]{0,39}[a-z0-9]\Z")
_LEAST_TOTAL = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """What the recorder does.

    Attributes:
        folder: where recordings go.
        rate: the part of client requests that is recorded, above 0 and at most 1.
        tenants: whose requests; empty for all.
        keep_prompts: whether what was written is kept, instead of keyed hashes of it.
        form: `har` or `flow`.
        days: how long a recording is kept.
        total_bytes: how much is kept of all recordings in the folder.
        exchange_bytes: largest exchange, both bodies together; a larger one is dropped.
    """

    folder: Path
    rate: float
    tenants: frozenset[str]
    keep_prompts: bool
    form: str
    days: int
    total_bytes: int
    exchange_bytes: int


class Reader(Protocol):
    """Reads options by name, and notes what is wrong with them; see `settings`."""

    def text(self, name: str) -> str | None:
        """The value as it was given."""

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """One of the known values, the first by default."""

    def size(self, name: str, default: str) -> int:
        """A number of bytes."""

    def whole(self, name: str, default: int, most: int) -> int:
        """A whole number from 1."""

    def many(self, name: str, separator: str | None = None) -> tuple[str, ...]:
        """The values of an option that may be repeated."""

    def wrong(self, name: str, message: str, hint: str) -> None:
        """Notes a fault."""


def add_options(add: Callable[..., object]) -> None:
    """Declares the options."""
    add("--record-dir", metavar="DIR", help="record a sample of the exchanges here, redacted (off)")
    add("--record-rate", metavar="N", help="the part of requests that is recorded, such as 0.01 (default)")
    add("--record-tenant", metavar="TENANT", action="append", help="record no others; may be repeated")
    add("--record-prompts", metavar="hash|keep", help="keyed hashes in place of what was written (hash)")
    add("--record-format", metavar="har|flow", help="HAR, or mitmproxy's flow files (har)")
    add("--record-days", metavar="N", help="how long recordings are kept (7)")
    add("--record-size", metavar="SIZE", help="how much of them is kept, the oldest go first (1024m)")
    add("--record-limit", metavar="SIZE", help="largest exchange; larger ones are dropped and counted (4m)")


def read_options(reader: Reader) -> Options | None:
    """The options as they were given; None where nothing shall be recorded."""
    folder = reader.text("record_dir")
    options = Options(
        folder=Path(folder or "."),
        rate=_rate(reader),
        tenants=_tenants(reader),
        keep_prompts=reader.choice("record_prompts", ("hash", "keep")) == "keep",
        form=reader.choice("record_format", ("har", "flow")),
        days=reader.whole("record_days", 7, 3650),
        total_bytes=reader.size("record_size", "1024m"),
        exchange_bytes=reader.size("record_limit", "4m"),
    )
    if options.total_bytes < _LEAST_TOTAL:
        reader.wrong("record_size", "is too small", "write at least 32m")
    if options.exchange_bytes > options.total_bytes // 8:
        reader.wrong("record_limit", "is more than an eighth of --record-size", "lower it")
    if folder is None:
        _refuse_alone(reader)
        return None
    return options


def _rate(reader: Reader) -> float:
    text = reader.text("record_rate") or "0.01"
    if not _RATE.match(text) or not float(text):
        reader.wrong("record_rate", "is no part of 1", "write a number above 0 and up to 1, such as 0.01")
        return 1.0
    return float(text)


def _tenants(reader: Reader) -> frozenset[str]:
    names = reader.many("record_tenant")
    if not all(_TENANT.match(name) for name in names):
        reader.wrong("record_tenant", "names no tenant", "write a tenant's id, such as retail-search")
    return frozenset(names)


def _refuse_alone(reader: Reader) -> None:
    """An option of a recorder that is off is a mistake that nobody would notice."""
    for name in ("rate", "prompts", "format", "days", "size", "limit"):
        if reader.text(f"record_{name}") is not None:
            reader.wrong(f"record_{name}", "has no effect without --record-dir", "name the folder")
    if reader.many("record_tenant"):
        reader.wrong("record_tenant", "has no effect without --record-dir", "name the folder")
