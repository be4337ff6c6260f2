"""All areas of the library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gatewright.apim.expressions.library import (
    addresses,
    array_members,
    arrays,
    builders,
    certificates,
    chars,
    ciphers,
    clock_members,
    collection_members,
    collections,
    context_types,
    convert,
    convert_members,
    convertible,
    crypto,
    date_values,
    dates,
    dictionaries,
    encoding,
    encoding_members,
    enum_members,
    enumerators,
    exceptions,
    hash_members,
    interfaces,
    json_containers,
    json_members,
    json_sequences,
    json_types,
    linq,
    linq_members,
    maths,
    number_members,
    objects,
    offsets,
    primitives,
    read_only,
    regex,
    rsa,
    sets,
    string_comparers,
    string_members,
    strings,
    text_io,
    time_zones,
    timespans,
    tuples,
    uri,
    uri_members,
    uri_parts,
    xml_members,
    xml_types,
    zone_members,
    zone_names,
)
from gatewright.apim.expressions.library.entry import TypeEntry
from gatewright.apim.expressions.signature import Entry

_AREAS = (
    objects,
    convertible,
    primitives,
    chars,
    strings,
    string_comparers,
    string_members,
    builders,
    exceptions,
    collections,
    interfaces,
    dictionaries,
    sets,
    arrays,
    enumerators,
    read_only,
    linq,
    tuples,
    json_types,
    json_containers,
    json_sequences,
    json_members,
    context_types,
    dates,
    timespans,
    offsets,
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
    uri_parts,
    addresses,
    text_io,
    xml_types,
    xml_members,
    time_zones,
    zone_names,
    ciphers,
)
_FURTHER = (
    array_members,
    clock_members,
    collection_members,
    convert_members,
    convertible,
    date_values,
    encoding_members,
    enum_members,
    enumerators,
    hash_members,
    json_members,
    linq_members,
    number_members,
    read_only,
    string_members,
    uri_members,
    uri_parts,
    xml_members,
    zone_members,
    zone_names,
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
