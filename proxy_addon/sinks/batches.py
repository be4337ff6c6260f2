"""Entries gathered into parcels that stay below a size; one large entry comes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from proxy_addon.sinks.sink import Entry, Parcel, Unfit


def batches(
    entries: Iterable[Entry],
    encode: Callable[[Entry], bytes | Unfit],
    join: Callable[[list[bytes]], bytes],
    *,
    limit_bytes: int,
    extra_bytes: int,
    limit_entries: int,
) -> Iterator[Parcel | Unfit]:
    """Parcels whose joined body is at most so many bytes; a single entry above that comes alone.

    Args:
        entries: what to pack.
        encode: an entry's part of the body.
        join: the body of all parts.
        limit_bytes: the most bytes of a body.
        extra_bytes: what joining adds to each part, and once to the whole.
        limit_entries: the most entries of a parcel.
    """
    held: list[Entry] = []
    parts: list[bytes] = []
    size = extra_bytes
    for entry in entries:
        part = encode(entry)
        if isinstance(part, Unfit):
            yield part
            continue
        if held and (size + len(part) + extra_bytes > limit_bytes or len(held) >= limit_entries):
            yield Parcel(tuple(held), join(parts))
            held, parts, size = [], [], extra_bytes
        held.append(entry)
        parts.append(part)
        size += len(part) + extra_bytes
    if held:
        yield Parcel(tuple(held), join(parts))
