"""Usage that counts apart from the attempt that showed it: what was made earlier, and can be fetched again.

A response that is made in the background states its usage when it is fetched, at every fetch; so does the
run of an assistant; the output of a batch, at every download, and the batch itself, whenever it is looked
at. Such usage gets a record of its own, whose id follows from what was fetched: it is the same each time,
and whoever de-duplicates by `record_id` counts it once. Its time is when the thing was made, where that is
told. The attempt's own record then states no usage.

Until the usage is seen, a record with that id is `pending`; it gives way to the one that states it.

Sources: https://platform.openai.com/docs/guides/background (2026-10);
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch (2026-09).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from gatewright.metering.apis.assistants import read_runs
from gatewright.metering.apis.batches import OutputReader, read_batch
from gatewright.metering.apis.interpreter import Asked, Body
from gatewright.metering.apis.reading import Reading, UsageReader
from gatewright.metering.apis.responses import Retrieved
from gatewright.metering.json_text import JsonObject, NotJson, read_object
from gatewright.metering.normalise import Reported
from gatewright.metering.record import PENDING, Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from proxy_addon.routes import Route

COUNTED_APART = "counted_apart"
OTHER_MODEL = "other_model"
MAX_RUNS_BYTES = 4 * 1024 * 1024
MAX_BATCH_BYTES = 1024 * 1024
_OLDEST = timedelta(days=366)
_CLOCKS = timedelta(hours=1)
_DATED = re.compile(r"-\d[\d-]*\Z")


class Fetch(Protocol):
    """Reads what is fetched."""

    def feed(self, data: bytes) -> None:
        """Takes bytes of the answer's body."""

    def readings(self) -> Mapping[str, Reading]:
        """What was made earlier, by a name that is the same at every fetch; when all bytes have come."""


class ResponseFetch:
    """A response that is retrieved, as a document or as a stream."""

    def __init__(self) -> None:
        self._interpreter = Retrieved(Asked())
        self._reader = UsageReader(self._interpreter)

    def feed(self, data: bytes) -> None:
        """Takes bytes of the answer's body."""
        self._reader.feed(data)

    def readings(self) -> Mapping[str, Reading]:
        """The response, where it was made in the background and is finished."""
        found = self._reader.finish()
        tells = found.reported is not None or self._interpreter.has_ended
        return {found.response_id: found} if tells and found.response_id else {}


class DocumentFetch:
    """A document that is fetched, and states what was made earlier: runs of an assistant, a batch.

    Args:
        read: finds what has ended and states its usage.
        limit: bytes; a document above it states nothing: what it lists counts when it is fetched by itself.
    """

    def __init__(self, read: Callable[[JsonObject], Iterable[Reading]], limit: int) -> None:
        self._read = read
        self._body = Body(limit)

    def feed(self, data: bytes) -> None:
        """Takes bytes of the answer's body."""
        self._body.add(data)

    def readings(self) -> Mapping[str, Reading]:
        """What has ended, by its id; of a batch, by that of its output."""
        try:
            found = list(self._read(read_object(self._body.whole())))
        except NotJson:
            return {}
        return {reading.response_id: reading for reading in found if reading.response_id}


class OutputFetch:
    """A file that is downloaded: the output of a batch, or any other.

    The answers of a batch are of one model, so that the file's id alone is the name of their sum; should
    there be more models, the others have theirs in the name.

    Args:
        file: its id.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._reader = OutputReader()

    def feed(self, data: bytes) -> None:
        """Takes bytes of the file."""
        self._reader.feed(data)

    def readings(self) -> Mapping[str, Reading]:
        """The sum of the answers of each model."""
        self._reader.finish()
        flags = ("lines_not_read",) if self._reader.unread else ()
        names = [self._file, *(f"{self._file}/{model}" for model in list(self._reader.sums)[1:])]
        return {
            name: Reading(
                reported=Reported(found.usage),
                model=model or None,
                response_id=self._file,
                created=self._reader.created,
                ended=True,
                flags=(f"answers:{found.answers}", *flags),
            )
            for name, (model, found) in zip(names, self._reader.sums.items(), strict=False)
        }


def fetch_of(api: str, path: str) -> Fetch | None:
    """Who reads what a request fetches; None for a request that fetches nothing that counts.

    Args:
        api: name of the API, as in `operations`.
        path: the path of the request.
    """
    make: Mapping[str, Callable[[], Fetch]] = {
        "responses.get": ResponseFetch,
        "responses.cancel": ResponseFetch,
        "assistants.get": lambda: DocumentFetch(read_runs, MAX_RUNS_BYTES),
        "batches": lambda: DocumentFetch(read_batch, MAX_BATCH_BYTES),
        "batches.get": lambda: DocumentFetch(read_batch, MAX_BATCH_BYTES),
        "files.content": lambda: OutputFetch(path.split("/")[-2]),
    }
    return make[api]() if api in make else None


def record_id(account: str, name: str) -> str:
    """The id of the record of what was made earlier.

    Args:
        account: host of the service that made it.
        name: what it is called there.
    """
    return hashlib.blake2b(f"{account}/{name}".encode(), digest_size=16).hexdigest()


def without_usage(record: UsageRecord) -> UsageRecord:
    """The record of an attempt whose usage counts apart."""
    return replace(
        record,
        usage=TokenUsage(),
        usage_source=UsageSource.MISSING,
        usage_detail=COUNTED_APART,
        usage_raw=(),
    )


def is_deferred(api: str, asked: Asked) -> bool:
    """Whether what is asked for is made beside its request, so that it can be fetched with its usage."""
    return api == "assistants" or (api == "responses" and asked.background)


def begun(record: UsageRecord, new_id: str) -> tuple[UsageRecord, ...]:
    """The record of what an attempt began: with the usage, where its stream has stated that, else pending.

    Args:
        record: the record of the attempt, which knows the id of what it began.
        new_id: the record id of what it began.
    """
    if record.usage_source is UsageSource.REPORTED:
        return (replace(record, record_id=new_id),)
    if record.settlement in (Settlement.FAILED, Settlement.REFUSED):
        return ()
    return (replace(record, record_id=new_id, usage_detail=PENDING),)


def made_at(reading: Reading, now: datetime) -> datetime:
    """When what was fetched was made, by its own word where that can be true; else now."""
    try:
        made = datetime.fromtimestamp(reading.created or 0, UTC)
    except (OverflowError, ValueError, OSError):
        return now
    return made if now - _OLDEST < made < now + _CLOCKS else now


def judged(record: UsageRecord, route: Route) -> UsageRecord:
    """The record of a run, marked where the run names another model than the route's: it has no price then.

    A run is retrieved by its id, with whatever model the gateway states for that call.
    """
    known = {route.deployment, route.model}
    name = record.response_model
    if name is None or name in known or _DATED.sub("", name) in known:
        return record
    details = [OTHER_MODEL, *([record.usage_detail] if record.usage_detail else [])]
    return replace(record, usage_detail=",".join(details))
