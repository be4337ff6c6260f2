"""What setting up a sink may need, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy_addon.clock import Clock
from proxy_addon.sinks.sink import Pace, Sink

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


@dataclass(frozen=True, slots=True)
class SinkContext:
    """Of the process.

    Attributes:
        clock: the time.
        replica: name of this replica; files on a share carry it, so that two replicas never share one.
    """

    clock: Clock
    replica: str

    def credential(self, client_id: str | None) -> TokenCredential:
        """The managed identity of the container, user-assigned where a client id is given."""
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=client_id) if client_id else ManagedIdentityCredential()


@dataclass(frozen=True, slots=True)
class Built:
    """A sink that is ready, its name and its pace."""

    name: str
    sink: Sink
    pace: Pace
