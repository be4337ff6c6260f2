"""Ways to cut a body, and recorded exchanges to cut."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from gatewright.recordings import Exchange, read_har


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """The parts of a body, cut at these offsets (modulo its length); parts may be empty."""
    marks = sorted({place % (len(data) + 1) for place in places})
    return [data[a:b] for a, b in zip([0, *marks], [*marks, len(data)], strict=True)]


@functools.cache
def recorded(folder: Path) -> tuple[Exchange, ...]:
    """Every exchange of the shared recordings."""
    files = sorted((folder / "recordings" / "har").glob("*.har"))
    return tuple(exchange for file in files for exchange in read_har(file))
