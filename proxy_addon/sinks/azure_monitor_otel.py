"""OpenTelemetry into Application Insights, by Azure Monitor's exporter: the same metrics and spans as OTLP.

The exporter answers yes or no and nothing else, so whatever is not delivered is tried again. Its own retrying
is off, in memory and on disk: the journal does that. It calls Microsoft for its own statistics and settings
unless the environment says no, see docs/sinks.md.

Source: azure-monitor-opentelemetry-exporter 1.0.0b58.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from proxy_addon.sinks import packages, telemetry
from proxy_addon.sinks.address import Address, Options
from proxy_addon.sinks.context import Built, SinkContext
from proxy_addon.sinks.otlp import GATHER_SECONDS, parcels, read_signals
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, TryAgain, Unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan


class Exporters(Protocol):
    """What sends; each call says whether it has arrived."""

    def metrics(self, data: MetricsData) -> bool:
        """Sends metrics."""

    def traces(self, spans: Sequence[ReadableSpan]) -> bool:
        """Sends spans."""

    def close(self) -> None:
        """Closes what is open."""


class AzureMonitorOtel:
    """One Application Insights resource.

    Args:
        exporters: what sends.
        signals: `metrics`, `traces` or both.
        source: what the telemetry says it comes from.
    """

    def __init__(self, exporters: Exporters, signals: tuple[str, ...], source: Resource) -> None:
        self._exporters = exporters
        self._signals = signals
        self._source = source
        self._done: tuple[Parcel, set[str]] | None = None

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        """Parcels as for OTLP."""
        yield from parcels(entries)

    def send(self, parcel: Parcel) -> Answer:
        """One export per signal; a signal that has arrived is not sent again with the same parcel."""
        done = self._done[1] if self._done is not None and self._done[0] is parcel else set()
        self._done = (parcel, done)
        records = [entry.record for entry in parcel.entries]
        exports: dict[str, Callable[[], bool]] = {
            "metrics": lambda: self._exporters.metrics(telemetry.metrics(records, self._source)),
            "traces": lambda: self._exporters.traces(telemetry.spans(records, self._source)),
        }
        for signal in self._signals:
            if signal not in done:
                if not exports[signal]():
                    return TryAgain(f"{signal} did not arrive")
                done.add(signal)
        self._done = None
        return Delivered()

    def close(self) -> None:
        """Closes the exporters."""
        self._exporters.close()


class AzureExporters:
    """Azure Monitor's two exporters.

    Args:
        connection_string: of the Application Insights resource.
    """

    def __init__(self, connection_string: str) -> None:
        from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter, AzureMonitorTraceExporter

        self._metrics = AzureMonitorMetricExporter(
            connection_string=connection_string, disable_offline_storage=True, retry_total=0
        )
        self._traces = AzureMonitorTraceExporter(
            connection_string=connection_string, disable_offline_storage=True, retry_total=0
        )

    def metrics(self, data: MetricsData) -> bool:
        """Sends metrics."""
        return bool(self._metrics.export(data).name == "SUCCESS")

    def traces(self, spans: Sequence[ReadableSpan]) -> bool:
        """Sends spans."""
        return bool(self._traces.export(spans).name == "SUCCESS")

    def close(self) -> None:
        """Shuts both down."""
        self._metrics.shutdown()
        self._traces.shutdown()


def build(address: Address, context: SinkContext) -> Built:
    """The sink of `azure-monitor-otel:/file[?signals=metrics,traces]`; the file holds the connection string.

    Raises:
        Rejected: PRX650, PRX652, PRX654 or PRX655.
    """
    options = Options(address, frozenset({"signals"}))
    connection_string = options.file(Path(address.target), "the connection string")
    if connection_string is not None and "InstrumentationKey=" not in connection_string:
        options.incomplete("its file holds no connection string", "InstrumentationKey=…;IngestionEndpoint=…")
    signals = read_signals(options)
    gather = options.seconds("gather", GATHER_SECONDS)
    options.refuse()
    needed = {
        "azure.monitor.opentelemetry.exporter": "azure-monitor-opentelemetry-exporter",
        "opentelemetry.sdk.trace": "opentelemetry-sdk",
    }
    packages.need(address.scheme, needed)
    exporters = AzureExporters(connection_string or "")
    sink = AzureMonitorOtel(exporters, signals, telemetry.resource(context.replica))
    return Built(address.name, sink, Pace(gather_seconds=gather))
