"""The files of one local run: its folder, the routes that lead to the local upstream, the shared secret.

A run has a folder of its own below `.gatewright/<env>/`, which only its owner can read: `ledger.jsonl`,
`proxy.log`, `routes.json`; the secret is removed when the run ends.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gatewright.diagnostics import Code, Rejected, Severity, Span

NO_ROUTES = Code(
    "EMU563",
    "routes-not-usable",
    Severity.ERROR,
    "The routes of the proxy are not what `gatewright generate` writes.",
    unreadable=True,
)
NO_FOLDER = Code(
    "EMU564",
    "run-folder-not-usable",
    Severity.ERROR,
    "The folder for a local run cannot be written.",
    unreadable=True,
)

ROUTES = "proxy/routes.json"
PARAMETERS = "main.parameters.json"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HINT = "run gatewright generate again"


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the proxy: the backend it stands for, its deployment and region.

    Attributes:
        model: the model's name as answers state it, such as `gpt-4.1-2025-04-14`; empty where the parameters
            of the infrastructure do not say.
    """

    backend: str
    deployment: str
    region: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of a build folder, and their file as it stands."""

    routes: tuple[Route, ...]
    document: Mapping[str, object]

    def pointing(self, origins: Mapping[str, str], suffixes: tuple[str, ...]) -> str:
        """The routes file with other endpoints.

        Args:
            origins: the endpoint of each backend.
            suffixes: hosts that are allowed beside those of the file.
        """
        routes = self.document["routes"]
        allowed = self.document.get("allowedHostSuffixes")
        if not isinstance(routes, dict) or not isinstance(allowed, list):
            raise AssertionError("load checks this")
        moved = {name: {**route, "endpoint": origins[name]} for name, route in routes.items()}
        hosts = [*allowed, *(suffix for suffix in suffixes if suffix not in allowed)]
        return json.dumps({**self.document, "routes": moved, "allowedHostSuffixes": hosts}, indent=2) + "\n"


def load_routes(build_dir: Path) -> Routes:
    """The routes of a build folder.

    Raises:
        Rejected: EMU563.
    """
    path = build_dir / ROUTES
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise _wrong(path, f"it cannot be read: {fault}") from fault
    except ValueError as fault:
        raise _wrong(path, "it is not JSON") from fault
    found = document.get("routes") if isinstance(document, dict) else None
    if not isinstance(found, dict) or not isinstance(document.get("allowedHostSuffixes"), list):
        raise _wrong(path, "it lacks routes or allowedHostSuffixes")
    models = _models(build_dir / PARAMETERS)
    routes: list[Route] = []
    for backend, route in found.items():
        given = route if isinstance(route, dict) else {}
        texts = [text for name in ("deployment", "region") if isinstance(text := given.get(name), str)]
        if len(texts) != 2:
            raise _wrong(path, f"the route {backend} lacks its deployment or region")
        routes.append(Route(backend, texts[0], texts[1], models.get((texts[1], texts[0]), "")))
    return Routes(tuple(routes), document)


def _models(path: Path) -> dict[tuple[str, str], str]:
    """Model names by region and deployment, from the infrastructure's parameters; empty without that file."""
    try:
        endpoints = json.loads(path.read_text(encoding="utf-8"))["parameters"]["endpoints"]["value"]
        return {
            (endpoint["region"], item["name"]): _stated(item["model"], item["version"])
            for endpoint in endpoints
            for item in endpoint["deployments"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _stated(model: str, version: str) -> str:
    """How answers name a model: with its version where that is a date."""
    return f"{model}-{version}" if _DATE.fullmatch(version) else model


def _wrong(path: Path, why: str) -> Rejected:
    return Rejected([NO_ROUTES.at(Span(str(path)), why, hint=_HINT)])


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run.

    Attributes:
        path: the folder.
        ledger: usage records.
        proof: the shared secret of gateway and proxy, in clear, only while the run lasts.
    """

    path: Path
    ledger: Path
    proof: str

    @property
    def proof_file(self) -> Path:
        """Where the proxy reads the secret."""
        return self.path / "proof"

    @property
    def log(self) -> Path:
        """Where the proxy's messages go."""
        return self.path / "proxy.log"

    @property
    def routes(self) -> Path:
        """The routes that the proxy reads."""
        return self.path / "routes.json"

    def close(self) -> None:
        """Removes the secret."""
        self.proof_file.unlink(missing_ok=True)


def open_run(
    base: Path, environment: str, moment: datetime, ledger: Path | None, proof: str | None = None
) -> RunFolder:
    """A new folder for a run, with a secret in it.

    Args:
        base: usually `.gatewright`.
        environment: name of the environment.
        moment: when the run begins, for the folder's name.
        ledger: where usage records go; in the folder when None.
        proof: the secret; a new one when None.

    Raises:
        Rejected: EMU564.
    """
    try:
        parent = base / environment
        parent.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(prefix=f"{moment:%Y%m%dT%H%M%SZ}-", dir=parent)).resolve()
        if ledger is not None:
            ledger.parent.mkdir(parents=True, exist_ok=True)
        records = (path / "ledger.jsonl") if ledger is None else ledger.resolve()
        folder = RunFolder(path, records, proof or secrets.token_hex(32))
        _write_secret(folder.proof_file, folder.proof)
    except OSError as fault:
        message = f"the folder for this run cannot be written: {fault.strerror}"
        raise Rejected([NO_FOLDER.at(Span(str(fault.filename or base)), message)]) from fault
    return folder


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
