"""What deploy needs of an API Management service; `azure.py` gives it with Azure's SDK."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from gatewright.deploy.entities import Key, Kind, Properties
from gatewright.diagnostics import Diagnostic, Rejected


@dataclass(frozen=True, slots=True)
class Read:
    """An entity as the service returned it, with its ETag."""

    properties: Properties
    etag: str | None


class Slot(StrEnum):
    """Which of the two keys of a subscription."""

    PRIMARY = "primary"
    SECONDARY = "secondary"

    @property
    def other(self) -> Slot:
        """The other one."""
        return Slot.SECONDARY if self is Slot.PRIMARY else Slot.PRIMARY


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The keys of a subscription; neither ever shows in a text."""

    primary: str = field(repr=False)
    secondary: str = field(repr=False)

    def at(self, slot: Slot) -> str:
        """The key in a slot."""
        return self.primary if slot is Slot.PRIMARY else self.secondary

    def slot_of(self, value: str) -> Slot | None:
        """Where a value stands; None for one that is neither key."""
        return next((slot for slot in Slot if hmac.compare_digest(self.at(slot), value)), None)


class Answered(Rejected):
    """A refusal that came from Azure, with its HTTP status; 0 where there was no answer."""

    def __init__(self, diagnostic: Diagnostic, status: int) -> None:
        super().__init__([diagnostic])
        self.status = status


class Service(Protocol):
    """One API Management service. Every method raises Rejected (DEP82x) when Azure does not do it."""

    @property
    def service_id(self) -> str:
        """The ARM id of the service."""

    def check(self) -> None:
        """Raises Rejected (DEP824) when the service is not there."""

    def read(self, key: Key) -> Read | None:
        """An entity, or None where there is none; links cannot be read one by one."""

    def list(self, kind: Kind, ids: tuple[str, ...] = ()) -> Iterator[tuple[str, Properties]]:
        """Name and properties of every entity of a kind, below the parent with these ids."""

    def write(self, key: Key, properties: Properties, etag: str | None, *, only_new: bool = False) -> None:
        """Creates (no ETag) or replaces (the ETag it must still have) an entity; waits for it."""

    def delete(self, key: Key, etag: str) -> None:
        """Deletes an entity that still has this ETag, and waits until it is gone."""

    def keys(self, subscription: str) -> KeyPair | None:
        """The keys that API Management made for a subscription; None where there is no such subscription."""

    def renew(self, subscription: str, slot: Slot) -> None:
        """Makes a new key; the one that was there stops working."""
