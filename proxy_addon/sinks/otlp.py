"""OpenTelemetry over OTLP/HTTP: metrics and spans of usage records, to any collector.

OpenTelemetry's own encoder makes the bytes; the call is ours, because its exporter hides status and
`Retry-After` and retries by itself. Metrics have delta temporality; a parcel whose answer was lost is sent
again, and a receiver adds it again: metrics are for watching, the ledger is for charging. Spans keep ids.

Source: OTLP 1.5, https://opentelemetry.io/docs/specs/otlp/#otlphttp (2025): 429, 502, 503 and 504 are tried
again, other errors are not.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from proxy_addon.clock import Clock
from proxy_addon.sinks import packages, telemetry
from proxy_addon.sinks.address import Address, Options
from proxy_addon.sinks.answers import answer
from proxy_addon.sinks.backoff import retry_after
from proxy_addon.sinks.context import Built, SinkContext
from proxy_addon.sinks.post import NoReply, Reply, post
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, TryAgain, Unfit, whole

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

GATHER_SECONDS = 10.0
RECORDS = 512
SIGNALS = ("metrics", "traces")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
log = logging.getLogger("gatewright.proxy")


class Otlp:
    """One collector.

    Args:
        endpoint: base URL; `/v1/metrics` and `/v1/traces` are appended.
        headers: what the collector wants to see, such as its key.
        signals: which of `SIGNALS` are sent.
        source: what sends.
        clock: for `Retry-After` that is a date.

    Attributes:
        rejected: data points and spans that the collector took no notice of, by its own word.
    """

    def __init__(
        self,
        endpoint: str,
        headers: Mapping[str, str],
        signals: tuple[str, ...],
        source: Resource,
        clock: Clock,
    ) -> None:
        self._endpoint = endpoint
        self._headers = {**headers, "content-type": "application/x-protobuf"}
        self._signals = signals
        self._source = source
        self._clock = clock
        self._done: tuple[Parcel, set[str]] | None = None
        self.rejected = 0

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        """Parcels of at most `RECORDS` records."""
        yield from parcels(entries)

    def send(self, parcel: Parcel) -> Answer:
        """One call per signal; a signal that has arrived is not sent again with the same parcel."""
        done = self._done[1] if self._done is not None and self._done[0] is parcel else set()
        self._done = (parcel, done)
        for signal in self._signals:
            if signal not in done:
                result = self._call(signal, parcel)
                if not isinstance(result, Delivered):
                    return result
                done.add(signal)
        self._done = None
        return Delivered()

    def _call(self, signal: str, parcel: Parcel) -> Answer:
        try:
            reply = post(f"{self._endpoint}/v1/{signal}", self._headers, self._body(signal, parcel))
        except NoReply as fault:
            return TryAgain(str(fault))
        after = retry_after(None, reply.headers.get("retry-after"), self._clock.now())
        result = answer(reply.status, None, after)
        if isinstance(result, Delivered):
            self._partly(signal, reply)
        return result

    def _body(self, signal: str, parcel: Parcel) -> bytes:
        from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
        from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

        records = [entry.record for entry in parcel.entries]
        if signal == "metrics":
            return bytes(encode_metrics(telemetry.metrics(records, self._source)).SerializeToString())
        return bytes(encode_spans(telemetry.spans(records, self._source)).SerializeToString())

    def _partly(self, signal: str, reply: Reply) -> None:
        """Counts what a collector says it has rejected out of a parcel that it has taken."""
        count = rejected(signal, reply.body)
        if count:
            self.rejected += count
            log.warning("otlp: the collector rejected %d of the %s of a parcel", count, signal)

    def close(self) -> None:
        """Nothing stays open."""


def parcels(entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
    """Parcels of records that have a time; telemetry without one has no place."""
    held: list[Entry] = []
    for entry in whole(entries):
        if isinstance(entry, Unfit):
            yield entry
            continue
        if entry.time is None:
            yield Unfit(entry, "the record has no time")
            continue
        held.append(entry)
        if len(held) >= RECORDS:
            yield Parcel(tuple(held))
            held = []
    if held:
        yield Parcel(tuple(held))


def rejected(signal: str, body: bytes) -> int:
    """How much of a signal the answer's `partial_success` says was rejected; 0 where it says nothing."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it carries none
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    try:
        if signal == "metrics":
            return int(ExportMetricsServiceResponse.FromString(body).partial_success.rejected_data_points)
        return int(ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans)
    except DecodeError:
        return 0


PACKAGES = {
    "opentelemetry.sdk.trace": "opentelemetry-sdk",
    "opentelemetry.exporter.otlp.proto.common.trace_encoder": "opentelemetry-exporter-otlp-proto-common",
}


def build(address: Address, context: SinkContext) -> Built:
    """The sink of `otlp:https://collector:4318[?headers-file=FILE][&signals=metrics,traces]`.

    The file holds one `name: value` per line.

    Raises:
        Rejected: PRX650, PRX652, PRX654 or PRX655.
    """
    options = Options(address, frozenset({"headers-file", "signals"}))
    endpoint = options.url()
    headers = _headers(options, options.secret("headers-file") or "")
    signals = read_signals(options)
    gather = options.seconds("gather", GATHER_SECONDS)
    options.refuse()
    packages.need(address.scheme, PACKAGES)
    sink = Otlp(endpoint, headers, signals, telemetry.resource(context.replica), context.clock)
    return Built(address.name, sink, Pace(gather_seconds=gather))


def read_signals(options: Options) -> tuple[str, ...]:
    """The option `signals`: both where it is not given."""
    chosen = (options.text("signals") or ",".join(SIGNALS)).split(",")
    if not set(chosen) <= set(SIGNALS) or len(set(chosen)) != len(chosen):
        options.wrong("signals cannot be used", f"write {','.join(SIGNALS)}, or one of them")
    return tuple(chosen)


def _headers(options: Options, text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not _HEADER.fullmatch(name.strip()) or not value.strip().isascii():
            options.wrong("headers-file has a line that is no header", "write one name: value per line")
            continue
        found[name.strip().lower()] = value.strip()
    return found
