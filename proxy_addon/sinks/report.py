"""What the sinks add to `/metrics`: the samples that each has, and families that only they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proxy_addon.metrics import Family, Sample
from proxy_addon.sinks.shipper import Status


def lag(statuses: Sequence[Status]) -> tuple[Sample, ...]:
    """Bytes of the journal that each sink has not read."""
    return tuple(Sample({"sink": status.sink}, status.backlog_bytes) for status in statuses)


def taken(statuses: Sequence[Status]) -> tuple[Sample, ...]:
    """Records that each sink has taken."""
    return tuple(Sample({"sink": status.sink}, status.delivered) for status in statuses)


def failing(statuses: Sequence[Status]) -> tuple[Sample, ...]:
    """Whether each sink's last attempt failed."""
    return tuple(Sample({"sink": status.sink}, int(status.failing is not None)) for status in statuses)


def families(statuses: Sequence[Status]) -> Iterator[Family]:
    """Retries, dead letters and unknown fields, by sink."""
    retries = tuple(Sample({"sink": status.sink}, status.retries) for status in statuses)
    yield Family("sink_retries_total", "counter", "Sends that had to be repeated.", retries)
    dead = tuple(Sample({"sink": status.sink}, status.dead) for status in statuses)
    yield Family("sink_dead_letters_total", "counter", "Records that a sink refused for good.", dead)
    fields = tuple(Sample({"sink": status.sink}, len(status.unknown_fields)) for status in statuses)
    text = "Fields of records that this version does not know and does not send."
    yield Family("sink_unknown_fields", "gauge", text, fields)
