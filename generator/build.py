"""Texts to files: what did not change is not written, and a fault leaves the old build as it was.

All new texts are written beside their targets first; only when each of them is on disk do they take the
places of the old ones, `bundle.json` last, so that whoever reads a bundle finds the files it names.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gatewright.apim.bundle import NAME as BUNDLE
from gatewright.diagnostics import Rejected, Span
from generator.codes import CANNOT_WRITE
from generator.render import PROVENANCE

_FOLDERS = ("policies", "fragments")


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write did, as paths relative to the build folder, sorted.

    Attributes:
        written: new, or different from what was there.
        unchanged: already there with the same text.
        removed: generated earlier, and no longer part of the build.
    """

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def write(files: Mapping[str, str], out: Path) -> WriteResult:
    """Write a build, and remove what an earlier one left.

    Removed are only XML files in `policies` and `fragments` that say they are generated.

    Args:
        files: text by path relative to `out`, as `generate` gives.
        out: the build folder; made when it is not there.

    Raises:
        Rejected: GEN407; the build that was there before is untouched, unless the disk fails between renames.
    """
    new = {name: text.encode() for name, text in files.items()}
    try:
        changed = [name for name, data in new.items() if _read(_target(out, name)) != data]
        staged = _stage({name: new[name] for name in changed}, out)
        for name, temporary in sorted(staged.items(), key=lambda item: (item[0] == BUNDLE, item[0])):
            os.replace(temporary, _target(out, name))
        removed = sorted(_stale(new, out))
        for name in removed:
            _target(out, name).unlink()
    except OSError as fault:
        place = Span(str(fault.filename2 or fault.filename or out))
        raise Rejected([CANNOT_WRITE.at(place, fault.strerror or str(fault))]) from fault
    return WriteResult(
        tuple(sorted(changed)), tuple(sorted(name for name in new if name not in staged)), tuple(removed)
    )


def _target(out: Path, name: str) -> Path:
    return out.joinpath(*PurePosixPath(name).parts)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _stage(files: Mapping[str, bytes], out: Path) -> dict[str, str]:
    staged: dict[str, str] = {}
    try:
        for name, data in files.items():
            folder = _target(out, name).parent
            folder.mkdir(parents=True, exist_ok=True)
            handle, staged[name] = tempfile.mkstemp(prefix=".gatewright-", dir=folder)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(staged[name], 0o644)
    except BaseException:
        for temporary in staged.values():
            Path(temporary).unlink(missing_ok=True)
        raise
    return staged


def _stale(files: Mapping[str, bytes], out: Path) -> Iterator[str]:
    for folder in _FOLDERS:
        for path in (out / folder).rglob("*.xml"):
            name = path.relative_to(out).as_posix()
            if name not in files and path.is_file() and _is_ours(path):
                yield name


def _is_ours(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(PROVENANCE)) == PROVENANCE.encode()
