"""The options of the process: flags, each mirrored by an environment variable for the container.

A flag wins over its variable. The environment is handed in; only the entry point reads it.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected
from proxy_addon import codes

PREFIX = "GATEWRIGHT_PROXY_"
_SIZE = re.compile(r"([1-9][0-9]{0,8})([km]?)\Z")
_FACTOR = {"": 1, "k": 1024, "m": 1024 * 1024}
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
        proof_files: one or two files, each with one shared secret.
        allow_loopback: whether endpoints on loopback are permitted.
        ready_json: whether one JSON line on stdout says that the proxy accepts.
        body_limit: largest request body in bytes, and largest response that states its length.
        drain_seconds: how long open exchanges may last after SIGTERM.
        idle_seconds: how long a connection may be silent; a reasoning model may think for many minutes.
        upstream_ca: a file of CA certificates for the upstream, or None for the public ones.
    """

    host: str
    port: int
    routes: Path
    ledger: Path
    proof_files: tuple[Path, ...]
    allow_loopback: bool
    ready_json: bool
    body_limit: int
    drain_seconds: int
    idle_seconds: int
    upstream_ca: Path | None


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """The settings of a command line and an environment.

    Raises:
        Rejected: PRX600 for every option that is missing or wrong, PRX608 for proofs not supported.
        SystemExit: after `--help`.
    """
    given = _parse(arguments)
    reader = _Reader(given, environment)
    settings = reader.settings()
    if reader.faults or settings is None:
        raise Rejected(reader.faults)
    return settings


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise Rejected([codes.BAD_OPTION.at(None, message, hint="see python -m proxy_addon --help")])


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
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
    add("--proof-file", metavar="FILE", action="append", help="a shared secret; twice while it is rotated")
    add("--proof-entra", metavar="AUDIENCE", help="not supported yet: proof by Entra token")
    add("--proof-certificate", metavar="THUMBPRINT", help="not supported yet: proof by client certificate")
    add("--allow-loopback", action="store_const", const="true", help="permit endpoints on 127.0.0.1")
    add("--ready-json", action="store_const", const="true", help="print one JSON line once it accepts")
    add("--body-limit", metavar="SIZE", help="largest request body, such as 64m (default)")
    add("--drain-seconds", metavar="N", help="how long open exchanges may last after SIGTERM (25)")
    add("--idle-seconds", metavar="N", help="how long a connection may be silent (1800)")
    add("--upstream-ca", metavar="FILE", help="CA certificates of the upstream, where they are not public")
    return parser.parse_args(arguments)


class _Reader:
    def __init__(self, given: argparse.Namespace, environment: Mapping[str, str]) -> None:
        self.given = given
        self.environment = environment
        self.faults: list[Diagnostic] = []

    def settings(self) -> Settings | None:
        host, port = self.listen()
        routes, ledger = self.needed("routes"), self.needed("ledger")
        proofs = self.proof_files()
        self.unsupported("proof_entra", "proof by Entra token")
        self.unsupported("proof_certificate", "proof by client certificate")
        upstream_ca = self.text("upstream_ca")
        settings = Settings(
            host=host,
            port=port,
            routes=Path(routes),
            ledger=Path(ledger),
            proof_files=proofs,
            allow_loopback=self.switch("allow_loopback"),
            ready_json=self.switch("ready_json"),
            body_limit=self.size("body_limit", "64m"),
            drain_seconds=self.whole("drain_seconds", 25, 3600),
            idle_seconds=self.whole("idle_seconds", 1800, 86400),
            upstream_ca=Path(upstream_ca) if upstream_ca else None,
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

    def proof_files(self) -> tuple[Path, ...]:
        names: list[str] = self.given.proof_file or []
        if not names:
            names = [part for part in (self.text("proof_file") or "").split(os.pathsep) if part]
        if not 1 <= len(names) <= 2:
            self.wrong(
                "proof_file", "is needed once, or twice while the secret is rotated", "see SECURITY.md"
            )
        return tuple(Path(name) for name in names)

    def unsupported(self, name: str, what: str) -> None:
        if self.text(name) is not None:
            message = f"{_flag(name)}: {what} is not supported by this version"
            hint = "use --proof-file with a shared secret"
            self.faults.append(codes.PROOF_UNSUPPORTED.at(None, message, hint=hint))

    def switch(self, name: str) -> bool:
        value = (self.text(name) or "").lower()
        if value not in _TRUE | _FALSE:
            self.wrong(name, f'"{value}" is neither true nor false', "write true or false")
        return value in _TRUE

    def size(self, name: str, default: str) -> int:
        match = _SIZE.match((self.text(name) or default).lower())
        if match is None:
            self.wrong(name, "is no size", "write a number of bytes, or one with k or m")
            return 0
        return int(match[1]) * _FACTOR[match[2]]

    def whole(self, name: str, default: int, most: int) -> int:
        value = self.text(name) or str(default)
        if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= most:
            self.wrong(name, f"is no whole number from 1 to {most}", "write seconds, without a unit")
            return default
        return int(value)

    def wrong(self, name: str, message: str, hint: str) -> None:
        text = f"{_flag(name)} ({PREFIX}{name.upper()}) {message}"
        self.faults.append(codes.BAD_OPTION.at(None, text, hint=hint))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
