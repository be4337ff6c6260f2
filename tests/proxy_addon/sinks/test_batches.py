"""Parcels stay below their limit, lose nothing and keep the order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy_addon.sinks.batches import batches
from proxy_addon.sinks.sink import Entry, Parcel, Unfit


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 300), max_size=60), st.integers(10, 200), st.integers(1, 20))
def test_every_part_is_in_one_parcel(
    entry: Callable[..., Entry], sizes: list[int], limit: int, most: int
) -> None:
    one = entry()
    left = iter(sizes)

    def encode(_: Entry) -> bytes | Unfit:
        size = next(left)
        return Unfit(one, "odd") if size % 7 == 3 else b"x" * size

    found = list(
        batches(
            [one] * len(sizes),
            encode,
            lambda parts: b"[" + b",".join(parts) + b"]",
            limit_bytes=limit,
            extra_bytes=1,
            limit_entries=most,
        )
    )
    kept = [size for size in sizes if size % 7 != 3]
    parcels = [item for item in found if isinstance(item, Parcel)]
    parts = [len(part) for parcel in parcels for part in parcel.body[1:-1].split(b",")]
    assert parts == kept
    assert len(found) - len(parcels) == len(sizes) - len(kept)
    assert all(len(parcel.body) <= limit or len(parcel.entries) == 1 for parcel in parcels)
    assert all(1 <= len(parcel.entries) <= most for parcel in parcels)
    for parcel, after in pairwise(parcels):
        first = after.body[1:-1].split(b",")[0]
        full = len(parcel.body) + 1 + len(first) > limit
        assert full or len(parcel.entries) == most
