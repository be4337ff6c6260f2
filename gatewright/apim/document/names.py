"""The nearest known name, remembered: the same mistake often stands in a file many times."""

from __future__ import annotations

from functools import lru_cache

from gatewright.diagnostics import nearest


@lru_cache(maxsize=1024)
def nearest_of(name: str, known: tuple[str, ...]) -> str | None:
    """The known name closest to a misspelt one, or None when none is close or the name is absurdly long."""
    return nearest(name, known) if len(name) <= 100 else None
