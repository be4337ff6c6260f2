"""Where policy files stand: what a `bundle.json` near them says, and which files of a folder are policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatewright.apim.bundle import NAME, Bundle
from gatewright.apim.catalog import names
from gatewright.apim.document import Kind, Known, Scope
from gatewright.cli import codes
from gatewright.diagnostics import Diagnostic, Rejected, Span, nearest

_DEPTH = 6
_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<([A-Za-z_][\w.:-]*)", re.DOTALL)
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """What a bundle says of one policy file."""

    kind: Kind | None = None
    scope: Scope | None = None
    tier: str | None = None
    known: Known | None = None


class Places:
    """The places of files; each bundle is read once."""

    def __init__(self) -> None:
        self.faults: list[Diagnostic] = []
        self._bundles: dict[Path, dict[Path, Place]] = {}

    def of(self, path: Path) -> Place:
        """The place of a file; an empty one where no bundle names it."""
        whole = path.resolve()
        for folder in list(whole.parents)[:_DEPTH]:
            if (folder / NAME).is_file():
                return self._bundle(folder, path).get(whole, Place())
        return Place()

    def _bundle(self, folder: Path, path: Path) -> dict[Path, Place]:
        found = self._bundles.get(folder)
        if found is None:
            found = self._bundles[folder] = self._read(folder, _as_given(folder, path))
        return found

    def _read(self, folder: Path, shown: Path) -> dict[Path, Place]:
        from gatewright.cli.rendering import known_names, placed_policies

        try:
            bundle = Bundle.load(folder)
        except Rejected as rejected:
            self.faults.extend(
                item.kind.at(Span(str(shown / NAME)), item.message, hint=item.hint)
                for item in rejected.diagnostics
            )
            return {}
        known = known_names(bundle)
        placed: dict[Path, Place] = {}
        for file, kind, scope in placed_policies(bundle):
            placed[folder / file] = Place(kind, scope, bundle.service.tier, known)
            if not (folder / file).is_file():
                message = f"the bundle names {file}, which is not there"
                hint = "run gatewright generate again"
                self.faults.append(codes.NO_FILE.at(Span(str(shown / NAME)), message, hint=hint))
        return placed


def _as_given(folder: Path, path: Path) -> Path:
    """A folder spelt as the user spelt the file in it."""
    return next((parent for parent in path.parents if parent.resolve() == folder), folder)


def policies_in(folder: Path) -> Iterator[Path]:
    """The `*.xml` files below a folder whose first element is one of API Management's, or nearly so."""
    for path in sorted(folder.rglob("*.xml")):
        if path.is_file() and is_policy(path):
            yield path


def is_policy(path: Path) -> bool:
    """Whether a file begins as policies do; what cannot be read is for the check to say."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return True
    root = next((found.group(1) for found in _MARKUP.finditer(head) if found.group(1)), None)
    known = ("policies", "fragment", *sorted(names()))
    return root is None or root in known or nearest(root, known) is not None
