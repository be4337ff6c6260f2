"""Event Hubs by its narrow sender; the SDK's own part only as far as it goes without Azure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from gatewright.diagnostics import Rejected
from gatewright.metering.record import UsageRecord
from proxy_addon.clock import SystemClock
from proxy_addon.sinks import registry
from proxy_addon.sinks.context import SinkContext
from proxy_addon.sinks.eventhubs import Event, EventHubs, HubSender, SendFailed, TooLarge
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Pace
from tests.proxy_addon.sinks.bench import Bench

CONTEXT = SinkContext(SystemClock(), "replica-1")


class Hub:
    """A hub that takes so many bytes a publication, and fails first."""

    def __init__(self, most: int, failures: int = 0) -> None:
        self.most = most
        self.failures = failures
        self.publications: list[list[Event]] = []

    def send(self, events: Sequence[Event]) -> None:
        if self.failures:
            self.failures -= 1
            raise SendFailed("ConnectionLostError")
        if sum(len(event.body) + 100 for event in events) > self.most:
            raise TooLarge
        self.publications.append(list(events))

    def close(self) -> None:
        self.most = 0


def test_events_are_the_journal_s_json_in_publications_that_fit(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(*map(record, range(1000)))
    hub = Hub(256 * 1024, failures=2)
    ship(bench.shipper(EventHubs(hub), Pace(records=1000)))
    events = [event for publication in hub.publications for event in publication]
    assert [event.body for event in events] == [record(n).to_json().encode() for n in range(1000)]
    assert [event.record_id for event in events[:2]] == ["record-0", "record-1"]
    assert len(hub.publications) == 4
    assert bench.pause.waits == [1, 2]


def test_an_event_that_fits_into_no_publication_is_buried(
    bench: Bench, record: Callable[..., UsageRecord], ship: Callable[[Shipper], None]
) -> None:
    bench.folder.records(record(1), record(2, usage_detail="x" * 300_000), record(3))
    hub = Hub(256 * 1024)
    ship(bench.shipper(EventHubs(hub)))
    assert [e.record_id for publication in hub.publications for e in publication] == ["record-1", "record-3"]
    assert [letter["reason"] for letter in bench.buried()] == ["larger than a publication may be"]


class Producer:
    """Stands for the SDK's producer, whose batches are the SDK's own."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.sent: list[Any] = []
        self.closed = False

    def create_batch(self, *, max_size_in_bytes: int) -> Any:
        from azure.eventhub import EventDataBatch

        return EventDataBatch(max_size_in_bytes=max_size_in_bytes)

    def send_batch(self, batch: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(batch)

    def close(self) -> None:
        self.closed = True


def test_the_sdk_s_batch_takes_our_events_and_says_when_they_do_not_fit() -> None:
    pytest.importorskip("azure.eventhub")
    producer: Any = Producer()
    sender = HubSender(producer, 2000)
    sender.send([Event(b'{"record_id":"r1"}', "r1"), Event(b'{"record_id":"r2"}', "r2")])
    (batch,) = producer.sent
    assert len(batch) == 2
    with pytest.raises(TooLarge):
        sender.send([Event(b"x" * 3000, "r3")])
    sender.close()
    assert producer.closed


def test_a_failure_of_the_sdk_is_named_by_its_type() -> None:
    exceptions = pytest.importorskip("azure.eventhub.exceptions")
    producer: Any = Producer(exceptions.ConnectionLostError("quotes a secret"))
    with pytest.raises(SendFailed, match=r"^ConnectionLostError$"):
        HubSender(producer, 2000).send([Event(b"{}", "r")])


def test_an_address_becomes_a_producer_that_does_not_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("azure.eventhub")
    (built,) = registry.build(["eventhubs:sample.servicebus.windows.net/usage?max-bytes=900k"], CONTEXT)
    assert isinstance(built.sink, EventHubs)
    assert built.name == "eventhubs"
    built.sink.close()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("eventhubs:", ["PRX650"]),
        ("eventhubs:Endpoint=sb://x;SharedAccessKey=secret", ["PRX650"]),
        ("eventhubs:sample.servicebus.windows.net/usage?max-bytes=2m&client-id=me", ["PRX652", "PRX652"]),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(text: str, codes: list[str]) -> None:
    with pytest.raises(Rejected) as caught:
        registry.build([text], CONTEXT)
    assert [fault.code for fault in caught.value.diagnostics] == codes
    assert "secret" not in str(caught.value.diagnostics)
