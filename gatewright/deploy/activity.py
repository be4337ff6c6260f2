"""Who wrote an entity last, as the Azure Activity Log has it.

The log keeps 90 days and lags some minutes behind. It knows callers by name or object id.

Source: https://learn.microsoft.com/rest/api/monitor/activity-logs/list (api-version 2015-04-01; 2026-08).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatewright.deploy.arm import Arm
from gatewright.deploy.entities import Json, Key
from gatewright.deploy.normal import mapping

KEPT = timedelta(days=89)
MOST = 50  # entities that are asked for; with more, somebody replaced the gateway, not an entity
_WRITES = ("/write", "/delete", "/action")


@dataclass(frozen=True, slots=True)
class Change:
    """A write of an entity.

    Attributes:
        caller: a user's name, or the object id of an application.
        at: when, UTC, as the log writes it.
        operation: what Azure calls it, such as `Microsoft.ApiManagement/service/products/write`.
    """

    caller: str
    at: str
    operation: str


@dataclass(frozen=True, slots=True)
class ActivityLog:
    """The log of the subscription that a service is in."""

    arm: Arm
    clock: Callable[[], datetime]

    def last(self, keys: Iterable[Key], concurrency: int = 8) -> Mapping[Key, Change]:
        """The last write of each entity, where the log knows one.

        Raises:
            Rejected: DEP82x when Azure does not answer.
        """
        asked = list(keys)[:MOST]
        with ThreadPoolExecutor(concurrency) as pool:
            found = zip(asked, pool.map(self._last, asked), strict=True)
            return {key: change for key, change in found if change is not None}

    def _last(self, key: Key) -> Change | None:
        writes = [_change(event) for event in self._events(key) if _is_write(event)]
        return max(writes, key=lambda change: change.at, default=None)

    def _events(self, key: Key) -> Iterator[Mapping[str, Json]]:
        now = self.clock()
        target = self.arm.target
        resource = f"{target.service_id}/{key.path}".replace("'", "''")
        times = f"eventTimestamp ge '{_iso(now - KEPT)}' and eventTimestamp le '{_iso(now)}'"
        query = {
            "api-version": "2015-04-01",
            "$filter": f"{times} and resourceUri eq '{resource}'",
            "$select": "caller,eventTimestamp,operationName,status",
        }
        path = f"/subscriptions/{target.subscription_id}/providers/Microsoft.Insights"
        return self.arm.items("GET the Activity Log", f"{path}/eventtypes/management/values", query)


def _is_write(event: Mapping[str, Json]) -> bool:
    name = str(mapping(event.get("operationName")).get("value") or "")
    status = str(mapping(event.get("status")).get("value") or "")
    return name.endswith(_WRITES) and status in {"Succeeded", "Success"} and bool(event.get("caller"))


def _change(event: Mapping[str, Json]) -> Change:
    name = str(mapping(event.get("operationName")).get("value"))
    return Change(str(event.get("caller")), str(event.get("eventTimestamp") or ""), name)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
