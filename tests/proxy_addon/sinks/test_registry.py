"""Addresses become sinks; everything that is wrong with them is said at once; missing packages are named."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import pytest

from gatewright.diagnostics import Rejected
from proxy_addon.clock import SystemClock
from proxy_addon.sinks import registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.registry import SINKS

CONTEXT = SinkContext(SystemClock(), "replica-1")
RULE = "dcr-" + "0" * 32


def codes(texts: list[str]) -> list[str]:
    with pytest.raises(Rejected) as caught:
        registry.build(texts, CONTEXT)
    return [fault.code for fault in caught.value.diagnostics]


def test_all_faults_of_all_sinks_are_said_at_once(tmp_path: Path) -> None:
    texts = [
        "jsonl:here",
        f"jsonl:{tmp_path}",
        f"jsonl:{tmp_path}",
        "jsonn:/x",
        "no scheme",
        "otlp:http://x.example.org",
    ]
    assert codes(texts) == ["PRX650", "PRX653", "PRX651", "PRX650", "PRX650"]


def test_a_name_tells_two_sinks_of_one_kind_apart(tmp_path: Path) -> None:
    built = registry.build([f"jsonl:{tmp_path}/a", f"jsonl:{tmp_path}/b?name=archive&gather=60"], CONTEXT)
    assert [(each.name, each.pace.gather_seconds) for each in built] == [("jsonl", 1.0), ("archive", 60.0)]


def test_the_ledger_s_own_place_in_the_journal_is_not_shared(tmp_path: Path) -> None:
    assert codes([f"jsonl:{tmp_path}?name=ledger"]) == ["PRX653"]


def test_a_scheme_that_is_close_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        registry.build(["parket:/x"], CONTEXT)
    assert caught.value.diagnostics[0].hint == "did you mean parquet?"


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("azure-monitor:https://sample.ingest.monitor.azure.com?rule=" + RULE, "azure-monitor-ingestion"),
        ("azure-monitor-otel:{file}", "azure-monitor-opentelemetry-exporter"),
        ("eventhubs:sample.servicebus.windows.net/usage", "azure-eventhub"),
        ("otlp:https://collector.example.org", "opentelemetry-exporter-otlp-proto-common"),
        ("parquet:{folder}", "pyarrow"),
    ],
)
def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, package: str
) -> None:
    file = tmp_path / "connection"
    file.write_text("InstrumentationKey=00000000-0000-0000-0000-000000000002")
    areas = ("azure", "opentelemetry", "pyarrow")
    for name in [name for name in sys.modules if name.partition(".")[0] in areas]:
        monkeypatch.delitem(sys.modules, name)
    load = builtins.__import__

    def missing(name: str, *more: Any, **named: Any) -> Any:
        if name.partition(".")[0] in areas:
            raise ImportError(name)
        return load(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(Rejected) as caught:
        registry.build([text.format(file=file, folder=tmp_path)], CONTEXT)
    faults = caught.value.diagnostics
    assert {fault.code for fault in faults} == {"PRX654"}
    assert package in " ".join(fault.message for fault in faults)
    assert faults[0].hint is not None
    assert faults[0].hint.startswith("pip install ")


def test_every_sink_is_named_in_the_documentation(root: Path) -> None:
    page = (root / "docs/sinks.md").read_text("utf-8")
    assert [scheme for scheme in SINKS if f"`{scheme}:" not in page] == []
