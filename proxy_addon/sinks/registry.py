"""The sinks by the scheme of their address. Prometheus is none: it asks the process, at `/metrics`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gatewright.diagnostics import Diagnostic, Rejected, nearest
from proxy_addon.ledger import NAME as LEDGER
from proxy_addon.sinks import (
    address,
    azure_monitor,
    azure_monitor_otel,
    codes,
    eventhubs,
    lines,
    otlp,
    parquet,
)
from proxy_addon.sinks.address import Address
from proxy_addon.sinks.context import Built, SinkContext

SINKS: Mapping[str, Callable[[Address, SinkContext], Built]] = {
    "azure-monitor": azure_monitor.build,
    "azure-monitor-otel": azure_monitor_otel.build,
    "eventhubs": eventhubs.build,
    "jsonl": lines.build,
    "otlp": otlp.build,
    "parquet": parquet.build,
}


def build(texts: Sequence[str], context: SinkContext) -> tuple[Built, ...]:
    """The sinks of addresses, in their order.

    Raises:
        Rejected: everything that is wrong with any of them, PRX650 to PRX655.
    """
    faults: list[Diagnostic] = []
    built: list[Built] = []
    names = {LEDGER}
    for text in texts:
        try:
            found = _build(address.read(text), names, context)
        except Rejected as rejected:
            faults.extend(rejected.diagnostics)
            continue
        names.add(found.name)
        built.append(found)
    if faults:
        for ready in built:
            ready.sink.close()
        raise Rejected(faults)
    return tuple(built)


def _build(found: Address, names: set[str], context: SinkContext) -> Built:
    if found.name in names:
        message = f"the name {found.name} is taken"
        raise Rejected([codes.NAME_TAKEN.at(None, message, hint="give this sink another ?name=…")])
    make = SINKS.get(found.scheme)
    if make is None:
        close = nearest(found.scheme, SINKS)
        hint = f"did you mean {close}?" if close else f"there are {', '.join(SINKS)}"
        raise Rejected([codes.UNKNOWN_SCHEME.at(None, f"there is no sink {found.scheme[:40]}", hint=hint)])
    return make(found, context)
