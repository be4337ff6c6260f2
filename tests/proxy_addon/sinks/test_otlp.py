"""OTLP: what a collector decodes: the conventions' names, delta metrics, stable span ids; honest answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewright.diagnostics import Rejected
from gatewright.metering.record import UsageRecord
from gatewright.metering.usage import TokenUsage
from proxy_addon.clock import SystemClock
from proxy_addon.sinks import otlp, registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Delivered, Entry, Parcel, Refused, Sink, TryAgain
from tests.proxy_addon.sinks.bench import Bench
from tests.proxy_addon.sinks.receiver import Receiver, Reply

pytest.importorskip("opentelemetry.proto")
CONTEXT = SinkContext(SystemClock(), "replica-1")


def built(receiver: Receiver, options: str = "") -> Sink:
    return registry.build([f"otlp:{receiver.url}{options}"], CONTEXT)[0].sink


def only(sink: Sink, *entries: Entry) -> Parcel:
    (parcel,) = sink.pack(entries)
    assert isinstance(parcel, Parcel)
    return parcel


def decoded(call: Any) -> Any:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    if call.path == "/v1/metrics":
        (resource,) = ExportMetricsServiceRequest.FromString(call.raw).resource_metrics
        return resource
    assert call.path == "/v1/traces"
    (resource,) = ExportTraceServiceRequest.FromString(call.raw).resource_spans
    return resource


def plain(attributes: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in attributes}


@pytest.fixture
def collector(receiver: Receiver, reply: type[Reply]) -> Any:
    receiver.script = [reply(200) for _ in range(200)]
    return receiver


def test_metrics_have_the_convention_s_names_units_and_bounds(
    collector: Receiver, entry: Callable[..., Entry]
) -> None:
    sink = built(collector, "?signals=metrics")
    entries = [entry(n) for n in range(3)] + [entry(3, tenant="hr-bot", usage=TokenUsage(input_tokens=70))]
    assert sink.send(only(sink, *entries)) == Delivered()
    (call,) = collector.calls
    assert call.headers["content-type"] == "application/x-protobuf"
    resource = decoded(call)
    assert plain(resource.resource.attributes)["service.name"] == "gatewright-proxy"
    assert plain(resource.resource.attributes)["service.instance.id"] == "replica-1"
    (scope,) = resource.scope_metrics
    assert scope.schema_url == "https://opentelemetry.io/schemas/1.37.0"
    tokens, duration = scope.metrics
    assert (tokens.name, tokens.unit) == ("gen_ai.client.token.usage", "{token}")
    assert (duration.name, duration.unit) == ("gen_ai.client.operation.duration", "s")
    assert tokens.histogram.aggregation_temporality == 1  # delta
    points = {
        (plain(p.attributes)["gatewright.tenant"], plain(p.attributes)["gen_ai.token.type"]): p
        for p in tokens.histogram.data_points
    }
    assert set(points) == {("retail-search", "input"), ("retail-search", "output"), ("hr-bot", "input")}
    point = points["retail-search", "input"]
    assert (point.count, point.sum, point.min, point.max) == (3, 303, 100, 102)
    # Source: GenAI metrics, gen_ai.client.token.usage, ExplicitBucketBoundaries.
    assert list(point.explicit_bounds) == [
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864
    ]  # fmt: skip
    assert list(point.bucket_counts) == [0, 0, 0, 0, 3] + [0] * 10
    assert plain(point.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "chat",
        "gen_ai.response.model": "gpt-4.1-2025-04-14",
        "gen_ai.token.type": "input",
        "gatewright.tenant": "retail-search",
        "gatewright.backend": "gw-sweden-gpt-41-ptu",
        "gatewright.usage.source": "reported",
    }
    assert sum(p.count for p in duration.histogram.data_points) == 4
    assert duration.histogram.data_points[0].explicit_bounds[-1] == pytest.approx(81.92)
    assert point.start_time_unix_nano == 1_795_608_000_000_000_000
    assert point.time_unix_nano == 1_795_608_003_250_500_000


def test_a_value_on_a_bound_counts_below_it(collector: Receiver, entry: Callable[..., Entry]) -> None:
    # Source: OTLP metrics.proto, HistogramDataPoint: buckets are (lower, upper].
    sink = built(collector, "?signals=metrics")
    sink.send(
        only(sink, entry(0, usage=TokenUsage(input_tokens=4)), entry(1, usage=TokenUsage(input_tokens=5)))
    )
    tokens = decoded(collector.calls[0]).scope_metrics[0].metrics[0]
    assert list(tokens.histogram.data_points[0].bucket_counts)[:4] == [0, 1, 1, 0]


def test_spans_share_a_trace_per_request_and_keep_their_ids(
    collector: Receiver, entry: Callable[..., Entry]
) -> None:
    sink = built(collector, "?signals=traces")
    attempts = [
        entry(1, request_id="one", status=429, error_type="rate_limit", usage=TokenUsage()),
        entry(2, request_id="one", user="ab12"),
    ]
    for _ in range(2):
        assert sink.send(only(sink, *attempts, entry(3, request_id=None))) == Delivered()
    first, second = (decoded(call).scope_spans[0].spans for call in collector.calls)
    assert [span.span_id for span in first] == [span.span_id for span in second]
    assert len({span.span_id for span in first}) == 3
    assert first[0].trace_id == first[1].trace_id != first[2].trace_id
    assert {(len(span.trace_id), len(span.span_id), span.kind) for span in first} == {(16, 8, 3)}
    assert [span.name for span in first] == ["chat chat"] * 3
    assert [span.status.code for span in first] == [2, 0, 0]
    assert first[1].end_time_unix_nano - first[1].start_time_unix_nano == 1_250_500_000
    found = plain(first[1].attributes)
    assert found["gen_ai.usage.input_tokens"] == 102
    assert found["gatewright.record_id"] == "record-2"
    assert found["gatewright.user"] == "ab12"
    assert plain(first[0].attributes)["error.type"] == "rate_limit"
    assert "gen_ai.usage.input_tokens" not in plain(first[0].attributes)


def test_a_signal_that_arrived_is_not_sent_again_with_the_other(
    bench: Bench,
    receiver: Receiver,
    reply: type[Reply],
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
) -> None:
    receiver.script = [reply(200), reply(503, {"retry-after": "7"}), reply(cut="before"), reply(200)]
    bench.folder.records(record(1))
    ship(bench.shipper(built(receiver)))
    assert [call.path for call in receiver.calls] == ["/v1/metrics"] + ["/v1/traces"] * 3
    assert bench.pause.waits == [pytest.approx(7.7), 2.0]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, TryAgain("HTTP 429")),
        (502, TryAgain("HTTP 502")),
        (401, TryAgain("HTTP 401")),
        (302, TryAgain("HTTP 302")),
        (400, Refused("HTTP 400")),
        (413, Refused("HTTP 413")),
    ],
)
def test_an_answer_is_read_by_its_status(
    receiver: Receiver, reply: type[Reply], entry: Callable[..., Entry], status: int, expected: object
) -> None:
    receiver.script = [reply(status, {"location": "http://127.0.0.1:9/"})]
    sink = built(receiver)
    assert sink.send(only(sink, entry())) == expected
    assert len(receiver.calls) == 1


def test_what_a_collector_rejects_is_counted(
    receiver: Receiver, reply: type[Reply], entry: Callable[..., Entry], caplog: pytest.LogCaptureFixture
) -> None:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    metrics, traces = ExportMetricsServiceResponse(), ExportTraceServiceResponse()
    metrics.partial_success.rejected_data_points = 2
    metrics.partial_success.error_message = "quotes a secret"
    traces.partial_success.rejected_spans = 1
    bodies = [metrics.SerializeToString(), traces.SerializeToString(), b"\xff no protobuf", b""]
    receiver.script = [reply(200, body=body) for body in bodies]
    sink = built(receiver)
    assert isinstance(sink, otlp.Otlp)
    assert [sink.send(only(sink, entry())) for _ in range(2)] == [Delivered()] * 2
    assert sink.rejected == 3
    assert "secret" not in caplog.text


def test_headers_come_from_a_file_and_stay_out_of_the_log(
    bench: Bench,
    receiver: Receiver,
    reply: type[Reply],
    tmp_path: Path,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "headers").write_text("Authorization: Bearer a-secret-of-the-collector\n\nx-team: platform\n")
    receiver.script = [reply(401), reply(200), reply(200)]
    bench.folder.records(record())
    ship(bench.shipper(built(receiver, f"?headers-file={tmp_path}/headers")))
    assert receiver.calls[0].headers["authorization"] == "Bearer a-secret-of-the-collector"
    assert receiver.calls[0].headers["x-team"] == "platform"
    assert "not delivered (HTTP 401)" in caplog.text
    assert "a-secret" not in caplog.text


def test_a_record_without_a_time_is_buried(
    bench: Bench, collector: Receiver, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(record(1, time=None), record(2))
    ship(bench.shipper(built(collector)))
    assert [letter["reason"] for letter in bench.buried()] == ["the record has no time"]


def test_many_records_make_parcels_of_bounded_size(collector: Receiver, entry: Callable[..., Entry]) -> None:
    sink = built(collector)
    sizes = [len(p.entries) for p in sink.pack(entry(n) for n in range(1100)) if isinstance(p, Parcel)]
    assert sizes == [512, 512, 76]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("?signals=metrics,logs", "PRX652"),
        ("?signals=metrics,metrics", "PRX652"),
        ("?headers-file=/nowhere/at-all", "PRX655"),
        ("?headers-file={file}", "PRX652"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(
    receiver: Receiver, tmp_path: Path, options: str, code: str
) -> None:
    file = tmp_path / "headers"
    file.write_text("a-secret-without-a-name")
    with pytest.raises(Rejected) as caught:
        built(receiver, options.format(file=file))
    assert [fault.code for fault in caught.value.diagnostics] == [code]
    assert "a-secret" not in str(caught.value.diagnostics)
