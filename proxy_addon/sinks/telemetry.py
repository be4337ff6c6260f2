"""Usage records as OpenTelemetry's own values: histograms of a parcel, and one span per record.

Nothing global is touched, no instrument is held: a parcel becomes one set of data points with *delta*
temporality, so that a parcel which is sent again is the same bytes. Span and trace ids follow from record and
request ids, so that a span which is sent twice is the same span.

Source: OpenTelemetry semantic conventions for generative AI, metrics and spans (version as in
`gatewright.metering.otel.CONVENTION`); names come from there, bucket bounds from its page on metrics.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from gatewright.metering import otel
from gatewright.metering.record import UsageRecord

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint, Metric, MetricsData
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

TOKEN_BOUNDS: tuple[float, ...] = tuple(4.0**power for power in range(14))
DURATION_BOUNDS: tuple[float, ...] = tuple(0.01 * 2**power for power in range(14))
SERVICE = "gatewright-proxy"
SCOPE = "gatewright.metering"

METRIC_FIELDS = (
    "operation_name",
    "provider_name",
    "request_model",
    "response_model",
    "error_type",
    "tenant",
    "backend",
    "usage_source",
)
"""Fields that become metric attributes: those with few values. No user, no request, no record."""

_Key: TypeAlias = tuple[tuple[str, str], ...]


def resource(replica: str) -> Resource:
    """What sends: the service, and this replica of it."""
    from opentelemetry.sdk.resources import Resource

    found = {"service.name": SERVICE, "service.instance.id": replica}
    return Resource(found, otel.SCHEMA_URL)


def metrics(records: Sequence[UsageRecord], source: Resource) -> MetricsData:
    """Token usage by token type, and duration, of a batch of records that have a time."""
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics

    found = [metric for metric in (_tokens(records), _durations(records)) if metric is not None]
    scoped = ScopeMetrics(_scope(), found, otel.SCHEMA_URL)
    return MetricsData([ResourceMetrics(source, [scoped], otel.SCHEMA_URL)])


def _scope() -> InstrumentationScope:
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    return InstrumentationScope(SCOPE, otel.CONVENTION, otel.SCHEMA_URL)


def _tokens(records: Sequence[UsageRecord]) -> Metric | None:
    measured = [
        (record, ((otel.TOKEN_TYPE, kind),), float(count))
        for record in records
        for kind, count in otel.token_counts(record)
    ]
    return _metric(otel.TOKEN_USAGE_METRIC, "{token}", "Tokens used", TOKEN_BOUNDS, measured)


def _durations(records: Sequence[UsageRecord]) -> Metric | None:
    measured = [
        (record, (), record.duration_ms / 1000) for record in records if record.duration_ms is not None
    ]
    return _metric(otel.DURATION_METRIC, "s", "Duration of an attempt", DURATION_BOUNDS, measured)


_Measured: TypeAlias = tuple[UsageRecord, _Key, float]


def _metric(
    name: str, unit: str, description: str, bounds: tuple[float, ...], measured: Iterable[_Measured]
) -> Metric | None:
    from opentelemetry.sdk.metrics.export import AggregationTemporality, Histogram, Metric

    groups: dict[_Key, list[tuple[UsageRecord, float]]] = {}
    for record, more, value in measured:
        groups.setdefault((*_low(record), *more), []).append((record, value))
    if not groups:
        return None
    points = [_point(key, values, bounds) for key, values in groups.items()]
    return Metric(name, description, unit, Histogram(points, AggregationTemporality.DELTA))


def _low(record: UsageRecord) -> _Key:
    found = ((otel.ATTRIBUTES[name], getattr(record, name)) for name in METRIC_FIELDS)
    return tuple((name, str(value)) for name, value in found if value is not None)


def _point(
    key: _Key, values: Sequence[tuple[UsageRecord, float]], bounds: tuple[float, ...]
) -> HistogramDataPoint:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint

    counts = [0] * (len(bounds) + 1)
    for _, value in values:
        counts[bisect_left(bounds, value)] += 1
    numbers = [value for _, value in values]
    times = [record.time for record, _ in values if record.time is not None]
    ends = [end for record, _ in values if (end := _end(record)) is not None]
    return HistogramDataPoint(
        attributes=dict(key),
        start_time_unix_nano=_nano(min(times)) if times else 0,
        time_unix_nano=_nano(max(ends)) if ends else 0,
        count=len(numbers),
        sum=sum(numbers),
        bucket_counts=counts,
        explicit_bounds=bounds,
        min=min(numbers),
        max=max(numbers),
    )


def spans(records: Sequence[UsageRecord], source: Resource) -> list[ReadableSpan]:
    """One client span per record that has a time: `<operation> <model>`, with everything the record says."""
    return [_span(record, record.time, source) for record in records if record.time is not None]


def _span(record: UsageRecord, begin: datetime, source: Resource) -> ReadableSpan:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    trace_id = _id(f"trace {record.request_id or record.record_id}", 16)
    context = SpanContext(
        trace_id, _id(f"span {record.record_id}", 8), is_remote=False, trace_flags=TraceFlags(1)
    )
    name = " ".join(part for part in (record.operation_name, record.request_model) if part) or "attempt"
    failed = record.error_type is not None
    return ReadableSpan(
        name=name,
        context=context,
        resource=source,
        attributes={**otel.attributes(record), "gatewright.record_id": record.record_id},
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.ERROR) if failed else Status(StatusCode.UNSET),
        start_time=_nano(begin),
        end_time=_nano(_end(record) or begin),
        instrumentation_scope=_scope(),
    )


def _end(record: UsageRecord) -> datetime | None:
    if record.time is None:
        return None
    return record.time + timedelta(milliseconds=record.duration_ms or 0)


def _nano(time: datetime) -> int:
    since = time - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


def _id(text: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size], "big") or 1
