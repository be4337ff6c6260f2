"""All areas of the library."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim.expressions.library import (
    ciphers,
    collections,
    context_types,
    convert,
    crypto,
    dates,
    encoding,
    exceptions,
    json_types,
    linq,
    maths,
    objects,
    primitives,
    regex,
    strings,
    time_zones,
    uri,
    xml_types,
)
from gatewright.apim.expressions.library.entry import TypeEntry


def all_types() -> Iterator[TypeEntry]:
    """Every type of every area."""
    for area in (
        objects,
        primitives,
        strings,
        exceptions,
        collections,
        linq,
        json_types,
        context_types,
        dates,
        convert,
        encoding,
        crypto,
        regex,
        maths,
        uri,
        xml_types,
        time_zones,
        ciphers,
    ):
        yield from area.TYPES
