"""What expressions may use of .NET and of the gateway: one file per area, one entry per member."""

from __future__ import annotations

from functools import cache

from gatewright.apim.expressions.library.catalog import Library


@cache
def library() -> Library:
    """The library, read once; it never changes."""
    from gatewright.apim.expressions.library import areas

    return Library(areas.all_types())
