"""Application Insights: Azure's own exporter against a loopback server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gatewright.diagnostics import Rejected
from gatewright.metering.record import UsageRecord
from proxy_addon.clock import SystemClock
from proxy_addon.sinks import registry, telemetry
from proxy_addon.sinks.azure_monitor_otel import AzureMonitorOtel
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Sink
from tests.proxy_addon.sinks.bench import Bench
from tests.proxy_addon.sinks.receiver import Receiver, Reply

CONTEXT = SinkContext(SystemClock(), "replica-1")
KEY = "00000000-0000-0000-0000-000000000002"


@pytest.fixture
def sink(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    pytest.importorskip("azure.monitor.opentelemetry.exporter")
    for name in ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED", "CONTROLPLANE_DISABLED"):
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{name}", "true")
    file = tmp_path / "connection"
    file.write_text(f"InstrumentationKey={KEY};IngestionEndpoint={receiver.url}/\n")
    (built,) = registry.build([f"azure-monitor-otel:{file}"], CONTEXT)
    yield built.sink
    built.sink.close()


def track(reply: type[Reply], count: int) -> Any:
    body = json.dumps({"itemsReceived": count, "itemsAccepted": count, "errors": []}).encode()
    return reply(200, {"content-type": "application/json"}, body=body)


def test_metrics_and_spans_arrive(
    bench: Bench,
    sink: Sink,
    receiver: Receiver,
    reply: type[Reply],
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
) -> None:
    receiver.script = [track(reply, 3), track(reply, 2)]
    bench.folder.records(record(1), record(2))
    ship(bench.shipper(sink))
    metrics, spans = (json.loads(call.raw) for call in receiver.calls)
    assert {call.path for call in receiver.calls} == {"/v2.1/track"}
    found = {item["data"]["baseData"]["metrics"][0]["name"] for item in metrics}
    assert found == {"gen_ai.client.token.usage", "gen_ai.client.operation.duration"}
    names = [item["data"]["baseData"]["name"] for item in spans]
    assert names == ["chat chat", "chat chat"]
    assert {item["data"]["baseData"]["properties"]["gatewright.tenant"] for item in spans} == {
        "retail-search"
    }


class Failing:
    """Exporters that fail so often."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.sent: list[str] = []

    def metrics(self, data: Any) -> bool:
        self.sent.append("metrics")
        return True

    def traces(self, spans: Sequence[Any]) -> bool:
        self.sent.append(f"traces {len(spans)}")
        self.failures -= 1
        return self.failures < 0

    def close(self) -> None:
        self.sent.append("closed")


def test_what_did_not_arrive_is_tried_again_alone(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    pytest.importorskip("opentelemetry.sdk")
    exporters = Failing(2)
    sink = AzureMonitorOtel(exporters, ("metrics", "traces"), telemetry.resource("r"))
    bench.folder.records(record(1))
    ship(bench.shipper(sink))
    sink.close()
    assert exporters.sent == ["metrics", "traces 1", "traces 1", "traces 1", "closed"]
    assert bench.pause.waits == [1, 2]


@pytest.mark.parametrize(("content", "code"), [(None, "PRX655"), ("a-secret", "PRX650")])
def test_a_file_without_a_connection_string_is_refused(
    tmp_path: Path, content: str | None, code: str
) -> None:
    file = tmp_path / "connection"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Rejected) as caught:
        registry.build([f"azure-monitor-otel:{file}"], CONTEXT)
    assert [fault.code for fault in caught.value.diagnostics] == [code]
    assert "a-secret" not in str(caught.value.diagnostics)
