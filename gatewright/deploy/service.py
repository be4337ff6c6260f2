"""What deploy needs of an API Management service; `azure.py` gives it with Azure's SDK."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from gatewright.deploy.entities import Key, Kind, Properties
from gatewright.diagnostics import Diagnostic, Rejected


@dataclass(frozen=True, slots=True)
class Read:
    """An entity as the service returned it, with its ETag."""

    properties: Properties
    etag: str | None


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
