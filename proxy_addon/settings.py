"""The options of the process: flags, each mirrored by an environment variable for the container.

A flag wins over its variable. The environment is handed in; only the entry point reads it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gatewright.diagnostics import Diagnostic, Rejected
from proxy_addon import codes
from proxy_addon.proof_settings import ProofSettings, add_options, read_proofs
from proxy_addon.recording import options as recording

PREFIX = "GATEWRIGHT_PROXY_"
_SIZE = re.compile(r"([1-9][0-9]{0,8})([km]?)\Z")
_FACTOR = {"": 1, "k": 1024, "m": 1024 * 1024}
_REPLICA = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")
_NOT_IN_REPLICA = re.compile(r"[^A-Za-z0-9._-]")
_REPLICA_NAMES = ("CONTAINER_APP_REPLICA_NAME", "HOSTNAME")
_TRUE = frozenset({"1", "true"})
_FALSE = frozenset({"0", "false", ""})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the process was started with.

    Attributes:
        host: address to listen on, without brackets.
        port: port to listen on, 0 for a free one.
        routes: the file of routes.
        ledger: the file of usage records.
        journal: the folder of journals, one folder per replica in it.
        replica: the name of this replica's folder.
        begin_durable: whether a begin is on stable storage before the request is forwarded.
        serve_unrecorded: whether traffic is served that cannot be recorded.
        sinks: addresses of the sinks beside the ledger, see `sinks.registry`.
        dead_letters: the folder of records that a sink refused for good.
        sink_seconds: how long sinks may go on sending at the end.
        journal_bytes: largest journal; above it new traffic is refused.
        lease_seconds: how long another replica must be silent before its journal is adopted.
        proof: what proves that a request comes from the gateway.
        allow_loopback: whether endpoints on loopback are permitted.
        ready_json: whether one JSON line on stdout says that the proxy accepts.
        parent_pipe: whether the proxy ends when its standard input does.
        body_limit: largest request body in bytes, and largest response that states its length.
        drain_seconds: how long open exchanges may last after SIGTERM.
        connect_seconds: how long an upstream may take to accept a connection.
        first_byte_seconds: how long it may take to the head of its answer; a reasoning model may think for
            many minutes.
        idle_seconds: how long an answer that has begun may be silent.
        header_limit: largest head of a request in bytes.
        header_seconds: how long a head may take to arrive.
        connection_limit: most client connections.
        reload_seconds: how often the file of routes is looked at.
        refuses_deferred: whether what is finished after its answer is refused.
        upstream_ca: a file of CA certificates for the upstream, or None for the public ones.
        recording: what is recorded of the exchanges, or None.
    """

    host: str
    port: int
    routes: Path
    ledger: Path
    journal: Path
    replica: str
    sinks: tuple[str, ...]
    dead_letters: Path
    sink_seconds: int
    begin_durable: bool
    serve_unrecorded: bool
    journal_bytes: int
    lease_seconds: int
    proof: ProofSettings
    allow_loopback: bool
    ready_json: bool
    parent_pipe: bool
    body_limit: int
    drain_seconds: int
    connect_seconds: int
    first_byte_seconds: int
    idle_seconds: int
    header_limit: int
    header_seconds: int
    connection_limit: int
    reload_seconds: int
    refuses_deferred: bool
    upstream_ca: Path | None
    recording: recording.Options | None


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """The settings of a command line and an environment.

    Raises:
        Rejected: PRX600 for every option that is missing or wrong.
        SystemExit: after `--help`.
    """
    given = options().parse_args(arguments)
    reader = _Reader(given, environment)
    settings = reader.settings()
    if reader.faults or settings is None:
        raise Rejected(reader.faults)
    return settings


class Parser(argparse.ArgumentParser):
    """Reads options; a wrong one is a fault like every other."""

    def error(self, message: str) -> NoReturn:
        """Raises Rejected (PRX600)."""
        raise Rejected([codes.BAD_OPTION.at(None, message, hint=f"see {self.prog} --help")])


def options() -> argparse.ArgumentParser:
    """All options; each has a variable beside it, `PREFIX` and its `dest` in capitals."""
    parser = Parser(
        prog="python -m proxy_addon",
        description="The metering proxy of Gatewright.",
        epilog=f"Each option can be set by {PREFIX}<NAME> instead, for example {PREFIX}BODY_LIMIT=32m.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--listen", metavar="HOST:PORT", help="address to listen on; port 0 picks a free one")
    add(
        "--routes", metavar="FILE", help="routes.json as `gatewright generate` writes it, placeholders filled"
    )
    add("--ledger", metavar="FILE", help="usage records, appended as JSON lines")
    add("--journal", metavar="DIR", help="the begin/end log, a folder per replica (<ledger>.journal)")
    add("--replica", metavar="NAME", help="this replica's folder in it (the replica's or host's name)")
    add("--begin-durable", action="store_const", const="true", help="sync each begin before forwarding")
    add(
        "--on-journal-failure",
        metavar="refuse|serve",
        help="what to do when nothing can be recorded (refuse)",
    )
    add("--journal-limit", metavar="SIZE", help="largest journal (1024m); above it traffic is refused")
    add(
        "--sink",
        metavar="ADDRESS",
        action="append",
        help="where records go beside the ledger; may be repeated",
    )
    add("--dead-letters", metavar="DIR", help="records that a sink refused for good (<ledger>.dead)")
    add("--sink-seconds", metavar="N", help="how long sinks may go on sending at the end (10)")
    add("--lease-seconds", metavar="N", help="silence after which a replica's journal is adopted (60)")
    add_options(add)
    add("--allow-loopback", action="store_const", const="true", help="permit endpoints on 127.0.0.1")
    add("--ready-json", action="store_const", const="true", help="print one JSON line once it accepts")
    add("--parent-pipe", action="store_const", const="true", help="end when standard input, a pipe, does")
    add("--body-limit", metavar="SIZE", help="largest request body, such as 64m (default)")
    add("--drain-seconds", metavar="N", help="how long open exchanges may last after SIGTERM (25)")
    add("--connect-seconds", metavar="N", help="how long an upstream may take to accept (10)")
    add("--first-byte-seconds", metavar="N", help="how long an answer may take to begin (1800)")
    add("--idle-seconds", metavar="N", help="how long an answer may be silent (1800)")
    add("--header-limit", metavar="SIZE", help="largest head of a request (64k)")
    add("--header-seconds", metavar="N", help="how long the head of a request may take (30)")
    add("--connection-limit", metavar="N", help="most client connections (8000)")
    add("--reload-seconds", metavar="N", help="how often the routes are looked at for changes (5)")
    add(
        "--deferred",
        metavar="allow|refuse",
        help="whether background responses pass, and assistants' runs that are no streams (allow)",
    )
    add("--upstream-ca", metavar="FILE", help="CA certificates of the upstream, where they are not public")
    recording.add_options(add)
    return parser


class _Reader:
    def __init__(self, given: argparse.Namespace, environment: Mapping[str, str]) -> None:
        self.given = given
        self.environment = environment
        self.faults: list[Diagnostic] = []

    def settings(self) -> Settings | None:
        host, port = self.listen()
        routes, ledger = self.needed("routes"), self.needed("ledger")
        proof = read_proofs(self)
        upstream_ca = self.text("upstream_ca")
        settings = Settings(
            host=host,
            port=port,
            routes=Path(routes),
            ledger=Path(ledger),
            journal=Path(self.text("journal") or f"{ledger}.journal"),
            replica=self.replica(),
            sinks=tuple(self.given.sink or (self.text("sink") or "").split()),
            dead_letters=Path(self.text("dead_letters") or f"{ledger}.dead"),
            sink_seconds=self.whole("sink_seconds", 10, 600),
            begin_durable=self.switch("begin_durable"),
            serve_unrecorded=self.choice("on_journal_failure", ("refuse", "serve")) == "serve",
            journal_bytes=self.size("journal_limit", "1024m"),
            lease_seconds=self.whole("lease_seconds", 60, 86400),
            proof=proof,
            allow_loopback=self.switch("allow_loopback"),
            ready_json=self.switch("ready_json"),
            parent_pipe=self.switch("parent_pipe"),
            body_limit=self.size("body_limit", "64m"),
            drain_seconds=self.whole("drain_seconds", 25, 3600),
            connect_seconds=self.whole("connect_seconds", 10, 3600),
            first_byte_seconds=self.whole("first_byte_seconds", 1800, 86400),
            idle_seconds=self.whole("idle_seconds", 1800, 86400),
            header_limit=self.size("header_limit", "64k"),
            header_seconds=self.whole("header_seconds", 30, 3600),
            connection_limit=self.whole("connection_limit", 8000, 1_000_000),
            reload_seconds=self.whole("reload_seconds", 5, 86400),
            refuses_deferred=self.choice("deferred", ("allow", "refuse")) == "refuse",
            upstream_ca=Path(upstream_ca) if upstream_ca else None,
            recording=recording.read_options(self),
        )
        return None if self.faults else settings

    def text(self, name: str) -> str | None:
        value: str | None = getattr(self.given, name)
        if value is None:
            value = self.environment.get(PREFIX + name.upper())
        return value or None

    def needed(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            self.wrong(name, "is missing", "it has no default")
        return value or ""

    def listen(self) -> tuple[str, int]:
        value = self.text("listen") or "127.0.0.1:8080"
        host, colon, port = value.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
            self.wrong("listen", f'"{value}" is no address', "write HOST:PORT, such as 0.0.0.0:8080")
            return "", 0
        return host, int(port)

    def many(self, name: str, separator: str | None = None) -> tuple[str, ...]:
        """The values of an option that may be repeated; in a variable they stand behind one another."""
        given: list[str] | None = getattr(self.given, name)
        if given is None:
            given = (self.environment.get(PREFIX + name.upper()) or "").split(separator)
        return tuple(part for part in given if part)

    def switch(self, name: str) -> bool:
        value = (self.text(name) or "").lower()
        if value not in _TRUE | _FALSE:
            self.wrong(name, f'"{value}" is neither true nor false', "write true or false")
        return value in _TRUE

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        value = (self.text(name) or known[0]).lower()
        if value not in known:
            self.wrong(name, f'"{value}" is not known', f"write {' or '.join(known)}")
        return value

    def replica(self) -> str:
        """The given name, which must be a plain one; else the platform's or the host's, made plain."""
        value = self.text("replica")
        if value is not None:
            if not _REPLICA.match(value):
                self.wrong("replica", "is no name", "write letters, digits, dots, dashes and underscores")
            return value
        found = next((text for name in _REPLICA_NAMES if (text := self.environment.get(name))), "")
        return _NOT_IN_REPLICA.sub("-", found)[:80].lstrip(".-_") or "replica"

    def size(self, name: str, default: str) -> int:
        match = _SIZE.match((self.text(name) or default).lower())
        if match is None:
            self.wrong(name, "is no size", "write a number of bytes, or one with k or m")
            return 0
        return int(match[1]) * _FACTOR[match[2]]

    def whole(self, name: str, default: int, most: int) -> int:
        value = self.text(name) or str(default)
        if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= most:
            self.wrong(name, f"is no whole number from 1 to {most}", "write digits, without a unit")
            return default
        return int(value)

    def wrong(self, name: str, message: str, hint: str) -> None:
        text = f"{_flag(name)} ({PREFIX}{name.upper()}) {message}"
        self.faults.append(codes.BAD_OPTION.at(None, text, hint=hint))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
