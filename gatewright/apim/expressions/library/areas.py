"""All areas of the library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gatewright.apim.expressions.library import (
    addresses,
    array_members,
    builders,
    certificates,
    ciphers,
    clock_members,
    collection_members,
    collections,
    context_types,
    convert,
    convert_members,
    crypto,
    dates,
    encoding,
    encoding_members,
    enum_members,
    exceptions,
    hash_members,
    json_members,
    json_types,
    linq,
    linq_members,
    maths,
    number_members,
    objects,
    primitives,
    regex,
    rsa,
    string_members,
    strings,
    text_io,
    time_zones,
    tuples,
    uri,
    uri_members,
    xml_members,
    xml_types,
    zone_members,
)
from gatewright.apim.expressions.library.entry import TypeEntry
from gatewright.apim.expressions.signature import Entry

_AREAS = (
    objects,
    primitives,
    strings,
    string_members,
    builders,
    exceptions,
    collections,
    linq,
    tuples,
    json_types,
    context_types,
    dates,
    convert,
    encoding,
    crypto,
    hash_members,
    rsa,
    certificates,
    regex,
    maths,
    uri,
    uri_members,
    addresses,
    text_io,
    xml_types,
    xml_members,
    time_zones,
    ciphers,
)
_FURTHER = (
    array_members,
    clock_members,
    collection_members,
    convert_members,
    encoding_members,
    enum_members,
    hash_members,
    json_members,
    linq_members,
    number_members,
    string_members,
    uri_members,
    xml_members,
    zone_members,
)


def all_types() -> Iterator[TypeEntry]:
    """Every type of every area, with the members that other files add to it."""
    further: dict[str, list[Entry]] = {}
    for area in _FURTHER:
        for name, members in area.MEMBERS.items():
            further.setdefault(name, []).extend(members)
    for area in _AREAS:
        for entry in area.TYPES:
            more = further.pop(entry.name, ())
            yield replace(entry, members=(*entry.members, *more)) if more else entry
    assert not further, f"members of unknown types: {sorted(further)}"
