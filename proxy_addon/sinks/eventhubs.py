"""Event Hubs: one event per usage record, its JSON as it stands in the journal.

Azure's protocol (AMQP) cannot be tried without Azure, so this sink only knows `Sender`, which is as narrow as
can be; `HubSender` is the adapter to the SDK.

Source: azure-eventhub 5.15.1; limits: https://learn.microsoft.com/azure/event-hubs/event-hubs-quotas (2024):
256 KB a publication in the Basic tier, 1 MB in the others, batch included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from proxy_addon.sinks import packages
from proxy_addon.sinks.address import Address, Options
from proxy_addon.sinks.batches import batches
from proxy_addon.sinks.context import Built, SinkContext
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, Refused, TryAgain, Unfit

if TYPE_CHECKING:
    from azure.eventhub import EventHubProducerClient

BATCH_BYTES = 200_000
"""Fits into every tier; `max-bytes` raises it."""
GATHER_SECONDS = 2.0
_EVENT_BYTES = 160
_HUB = re.compile(r"([a-z0-9][a-z0-9.-]{0,200}\.[a-z]{2,})/([A-Za-z0-9][A-Za-z0-9._-]{0,255})")
_CLIENT = re.compile(r"[0-9a-fA-F-]{36}")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its body, and the record's id as a property, for consumers that de-duplicate."""

    body: bytes
    record_id: str


class TooLarge(ValueError):
    """The events do not fit into one publication."""


class SendFailed(Exception):
    """The events may not have arrived. The message is a short reason."""


class Sender(Protocol):
    """Sends events to one hub."""

    def send(self, events: Sequence[Event]) -> None:
        """Sends all events in one publication and waits for the acknowledgement.

        Raises:
            TooLarge: they do not fit.
            SendFailed: they may not have arrived.
        """

    def close(self) -> None:
        """Closes the connection."""


class EventHubs:
    """One hub.

    Args:
        sender: how events get there.
        batch_bytes: most bytes of a publication.
    """

    def __init__(self, sender: Sender, batch_bytes: int = BATCH_BYTES) -> None:
        self._sender = sender
        self._batch_bytes = batch_bytes

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        """Parcels that fit into one publication, each event's own overhead included."""
        yield from batches(
            entries,
            lambda entry: entry.line,
            lambda _: b"",
            limit_bytes=self._batch_bytes,
            extra_bytes=_EVENT_BYTES,
            limit_entries=5_000,
        )

    def send(self, parcel: Parcel) -> Answer:
        """One publication."""
        try:
            self._sender.send([Event(entry.line, entry.record_id) for entry in parcel.entries])
        except TooLarge:
            return Refused("larger than a publication may be")
        except SendFailed as fault:
            return TryAgain(str(fault))
        return Delivered()

    def close(self) -> None:
        """Closes the sender."""
        self._sender.close()


class HubSender:
    """The SDK's producer as a `Sender`.

    Args:
        producer: not in buffered mode, and without retries of its own.
        batch_bytes: most bytes of a publication.
    """

    def __init__(self, producer: EventHubProducerClient, batch_bytes: int) -> None:
        self._producer = producer
        self._batch_bytes = batch_bytes

    def send(self, events: Sequence[Event]) -> None:
        """Sends one batch."""
        from azure.eventhub import EventData
        from azure.eventhub.exceptions import EventHubError

        try:
            batch = self._producer.create_batch(max_size_in_bytes=self._batch_bytes)
            for event in events:
                data = EventData(event.body)
                data.content_type = "application/json"
                data.properties = {"record_id": event.record_id}
                try:
                    batch.add(data)
                except ValueError as fault:
                    raise TooLarge from fault
            self._producer.send_batch(batch)
        except EventHubError as fault:
            raise SendFailed(type(fault).__name__) from fault

    def close(self) -> None:
        """Closes the producer."""
        self._producer.close()


def producer(namespace: str, hub: str, client_id: str | None, context: SinkContext) -> EventHubProducerClient:
    """The SDK's producer, by identity; the shipper does the retrying."""
    from azure.eventhub import EventHubProducerClient

    return EventHubProducerClient(
        fully_qualified_namespace=namespace,
        eventhub_name=hub,
        credential=context.credential(client_id),
        retry_total=0,
    )


def build(address: Address, context: SinkContext) -> Built:
    """The sink of `eventhubs:<namespace>.servicebus.windows.net/<hub>[?client-id=…][&max-bytes=…]`.

    Raises:
        Rejected: PRX650, PRX652 or PRX654.
    """
    options = Options(address, frozenset({"client-id", "max-bytes"}))
    match = _HUB.fullmatch(address.target)
    if match is None:
        options.incomplete("names no hub", "write eventhubs:<namespace>.servicebus.windows.net/<hub>")
    client_id = options.text("client-id")
    if client_id is not None and not _CLIENT.fullmatch(client_id):
        options.wrong("client-id cannot be used", "the client id of the user-assigned managed identity")
    batch_bytes = options.size("max-bytes", str(BATCH_BYTES), 1_000_000)
    gather = options.seconds("gather", GATHER_SECONDS)
    options.refuse()
    packages.need(address.scheme, {"azure.eventhub": "azure-eventhub", "azure.identity": "azure-identity"})
    namespace, hub = (match[1], match[2]) if match is not None else ("", "")
    sender = HubSender(producer(namespace, hub, client_id, context), batch_bytes)
    return Built(address.name, EventHubs(sender, batch_bytes), Pace(gather_seconds=gather))
