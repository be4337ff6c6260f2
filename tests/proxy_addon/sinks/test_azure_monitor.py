"""The ingestion sink, the real SDK against a loopback server that has the service's rules."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.diagnostics import Rejected
from gatewright.metering.record import UsageRecord
from proxy_addon.clock import SystemClock
from proxy_addon.sinks import registry
from proxy_addon.sinks.azure_monitor import BODY_BYTES, AzureMonitor
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Entry, Pace, Parcel, Refused, TryAgain
from tests.proxy_addon.sinks.bench import Bench
from tests.proxy_addon.sinks.receiver import Receiver, Reply

RULE = "dcr-" + "0123456789abcdef" * 2
CLIENT = "00000000-0000-0000-0000-000000000001"
CONTEXT = SinkContext(SystemClock(), "replica-1")


@pytest.fixture
def address(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{receiver.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret-of-the-endpoint")
    return f"azure-monitor:{receiver.url}?rule={RULE}&client-id={CLIENT}"


@pytest.fixture
def sink(address: str) -> Iterator[AzureMonitor]:
    (built,) = registry.build([address], CONTEXT)
    assert isinstance(built.sink, AzureMonitor)
    yield built.sink
    built.sink.close()


def only(sink: AzureMonitor, *entries: Entry) -> Parcel:
    (parcel,) = sink.pack(entries)
    assert isinstance(parcel, Parcel)
    return parcel


def test_rows_arrive_compressed_with_the_token_of_the_managed_identity(
    bench: Bench,
    sink: AzureMonitor,
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
) -> None:
    bench.folder.records(*map(record, range(50)))
    ship(bench.shipper(sink))
    assert receiver.ids() == [f"record-{n}" for n in range(50)]
    (call,) = receiver.calls
    assert call.headers["content-encoding"] == "gzip"
    assert call.sent < len(call.raw) / 4
    assert receiver.resources == [f"https://monitor.azure.com {CLIENT}"]
    assert (receiver.dropped, receiver.truncated) == (set(), set())


def test_the_call_is_the_one_of_the_specification(
    sink: AzureMonitor, receiver: Receiver, entry: Callable[..., Entry], test_data: Path
) -> None:
    folder = test_data / "schemas/monitor-ingestion"
    specification = json.loads((folder / "logs-ingestion-2023-01-01.swagger.json").read_text("utf-8"))
    sink.send(only(sink, entry()))
    path = "/dataCollectionRules/{ruleId}/streams/{stream}"
    assert "post" in specification["paths"][path]
    filled = path.replace("{ruleId}", RULE).replace("{stream}", "Custom-OpenAIChargeback_CL")
    (call,) = receiver.calls
    assert call.path == f"{filled}?api-version={specification['info']['version']}"


def test_no_body_is_larger_than_the_bound(
    bench: Bench,
    sink: AzureMonitor,
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
) -> None:
    # Rows of about 1 KB, 2,600 of them: the case in which the SDK's own splitting goes beyond 1 MiB.
    bench.folder.records(*(record(n, usage_detail="x" * 300) for n in range(2600)))
    ship(bench.shipper(sink, Pace(records=2600, size_bytes=10**8)))
    assert len(set(receiver.ids())) == 2600
    sizes = [len(call.raw) for call in receiver.calls]
    assert max(sizes) <= BODY_BYTES
    assert min(sizes[:-1]) > BODY_BYTES - 2000


def test_long_fields_are_cut_by_us_and_not_by_the_service(
    bench: Bench,
    sink: AzureMonitor,
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench.folder.records(record(1, usage_detail="é" * 70_000))
    ship(bench.shipper(sink))
    assert receiver.truncated == set()
    assert receiver.rows[0]["UsageDetail"].endswith("…(cut)")
    assert sink.cut == 1
    assert "UsageDetail" in caplog.text


def test_columns_that_the_rule_does_not_declare_are_known_to_be_dropped(
    sink: AzureMonitor, receiver: Receiver, entry: Callable[..., Entry]
) -> None:
    del receiver.columns["RecordId"]
    sink.send(only(sink, entry()))
    assert receiver.dropped == {"RecordId"}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408, 403, 404, 307])
def test_one_call_a_try_and_the_shipper_tries_again(
    sink: AzureMonitor, receiver: Receiver, reply: type[Reply], entry: Callable[..., Entry], status: int
) -> None:
    receiver.script = [reply(status, {"location": "http://127.0.0.1:9/"} if status == 307 else {})]
    found = sink.send(only(sink, entry()))
    assert isinstance(found, TryAgain)
    assert str(status) in found.reason
    assert found.after_seconds is None
    assert len(receiver.calls) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "17"}, 17.0), ({"retry-after-ms": "1500", "retry-after": "17"}, 1.5), ({}, None)],
)
def test_retry_after_of_a_throttled_rule_is_passed_on(
    sink: AzureMonitor,
    receiver: Receiver,
    reply: type[Reply],
    entry: Callable[..., Entry],
    headers: dict[str, str],
    seconds: float | None,
) -> None:
    receiver.script = [reply(429, headers)]
    assert sink.send(only(sink, entry())) == TryAgain("HTTP 429", seconds)
    assert len(receiver.calls) == 1


def test_a_bad_row_is_found_and_the_others_arrive(
    bench: Bench,
    sink: AzureMonitor,
    receiver: Receiver,
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
) -> None:
    receiver.poison = {"record-7"}
    bench.folder.records(*map(record, range(20)))
    ship(bench.shipper(sink))
    assert sorted(receiver.ids()) == sorted(f"record-{n}" for n in range(20) if n != 7)
    (letter,) = bench.buried()
    assert letter["record"]["record_id"] == "record-7"
    assert letter["reason"] == "HTTP 400 InvalidRecord"


def test_a_body_that_is_too_large_after_all_is_halved(
    bench: Bench,
    sink: AzureMonitor,
    receiver: Receiver,
    reply: type[Reply],
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
) -> None:
    receiver.script = [reply(413), reply(413)]
    bench.folder.records(*map(record, range(8)))
    ship(bench.shipper(sink))
    assert sorted(receiver.ids()) == sorted(f"record-{n}" for n in range(8))
    assert len(receiver.calls) == 5
    assert bench.buried() == []


def test_a_token_that_is_not_accepted_is_waited_out(
    sink: AzureMonitor, receiver: Receiver, reply: type[Reply], entry: Callable[..., Entry]
) -> None:
    receiver.script = [reply(401)]
    assert sink.send(only(sink, entry())) == TryAgain("no token, or not accepted: ClientAuthenticationError")


def test_a_wrong_stream_is_waited_out(receiver: Receiver, address: str, entry: Callable[..., Entry]) -> None:
    (built,) = registry.build([f"{address}&stream=Custom-Other_CL"], CONTEXT)
    parcel = next(built.sink.pack([entry()]))
    assert isinstance(parcel, Parcel)
    assert built.sink.send(parcel) == TryAgain("HTTP 400 InvalidStream")
    built.sink.close()


def test_a_receiver_that_is_not_there_is_tried_again(
    sink: AzureMonitor, receiver: Receiver, entry: Callable[..., Entry]
) -> None:
    receiver.down = True
    found = sink.send(only(sink, entry()))
    assert isinstance(found, TryAgain)
    assert found.reason.startswith("no answer: ")


@pytest.mark.parametrize("missing", ["IDENTITY_HEADER", "IDENTITY_ENDPOINT"])
def test_an_identity_that_gives_no_token_costs_no_record(
    bench: Bench,
    receiver: Receiver,
    address: str,
    record: Callable[..., UsageRecord],
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    monkeypatch.setenv(missing, f"{receiver.url}/wrong")
    if missing == "IDENTITY_ENDPOINT":
        monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    (built,) = registry.build([address], CONTEXT)
    bench.folder.records(record(1))
    bench.pause.most = 3
    shipper = bench.shipper(built.sink)
    assert not shipper.round()
    assert (bench.buried(), receiver.calls) == ([], [])
    assert len(bench.pause.waits) == 3
    assert (shipper.status().failing or "").startswith("no token")
    built.sink.close()


def test_a_row_that_is_too_large_alone_is_final(
    sink: AzureMonitor, receiver: Receiver, reply: type[Reply], entry: Callable[..., Entry]
) -> None:
    receiver.script = [reply(413)]
    assert sink.send(only(sink, entry())) == Refused("HTTP 413")


def test_no_secret_and_no_text_of_the_receiver_in_log_or_file(
    bench: Bench,
    sink: AzureMonitor,
    receiver: Receiver,
    reply: type[Reply],
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    receiver.poison = {"record-1"}
    receiver.script = [reply(403, body=b'{"error":{"code":"no","message":"token-of-the-managed-identity"}}')]
    bench.folder.records(record(0), record(1))
    ship(bench.shipper(sink))
    rows = json.dumps(receiver.rows)
    for text in (caplog.text, bench.dead.path.read_text("utf-8"), rows):
        assert "token-of-the-managed-identity" not in text
        assert "secret" not in text
        assert "Bearer" not in text


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=st.lists(st.sampled_from([429, 500, 403, 413, "before", "after"]), max_size=12),
    count=st.integers(1, 30),
    pace=st.integers(1, 12),
    poison=st.sets(st.integers(0, 29), max_size=2),
)
def test_after_recovery_each_row_is_there_and_once_after_deduplication(
    tmp_path_factory: pytest.TempPathFactory,
    new_bench: Callable[[Path], Any],
    sink: AzureMonitor,
    receiver: Receiver,
    reply: type[Reply],
    record: Callable[..., UsageRecord],
    ship: Callable[[Shipper], None],
    plan: list[Any],
    count: int,
    pace: int,
    poison: set[int],
) -> None:
    receiver.rows.clear()
    receiver.poison = {f"record-{n}" for n in poison}
    plans = {"before": reply(cut="before"), "after": reply(cut="after")}
    receiver.script = [plans.get(step) or reply(step) for step in plan]
    bench = new_bench(tmp_path_factory.mktemp("any"))
    bench.folder.records(*map(record, range(count)))
    ship(bench.shipper(sink, Pace(records=pace)))
    everything = {f"record-{n}" for n in range(count)}
    buried = [letter["record"]["record_id"] for letter in bench.buried()]
    assert set(receiver.ids()) | set(buried) == everything
    by_id: dict[str, set[str]] = {}
    for row in receiver.rows:
        by_id.setdefault(row["RecordId"], set()).add(json.dumps(row, sort_keys=True))
    assert all(len(rows) == 1 for rows in by_id.values())  # so that any of them stands for all
    if 413 not in plan:
        assert set(buried) == everything & receiver.poison


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("azure-monitor:http://example.org?rule=" + RULE, ["PRX650"]),
        ("azure-monitor:https://user:secret@example.org?rule=" + RULE, ["PRX650"]),
        ("azure-monitor:https://example.org:port?rule=" + RULE, ["PRX650"]),
        ("azure-monitor:https://example.org", ["PRX652"]),
        ("azure-monitor:https://example.org?rule=other", ["PRX652"]),
        ("azure-monitor:?rule=x&stream=y&client-id=z&gather=0", ["PRX650"] + ["PRX652"] * 4),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(text: str, codes: list[str]) -> None:
    with pytest.raises(Rejected) as caught:
        registry.build([text], CONTEXT)
    assert [fault.code for fault in caught.value.diagnostics] == codes
    assert "secret" not in str(caught.value.diagnostics)
