"""Usage that counts apart from the attempt that showed it: what was made earlier, and can be fetched again.

A response that is made in the background states its usage when it is fetched, at every fetch; the output of a
batch, at every download. Such usage gets a record of its own, whose id follows from what was fetched: it is
the same each time, and whoever de-duplicates by `record_id` counts it once. The attempt's own record then
states no usage.

Sources: https://platform.openai.com/docs/guides/background (2026-10);
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch (2026-09).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from gatewright.metering.apis.batches import OutputReader
from gatewright.metering.apis.interpreter import Asked
from gatewright.metering.apis.reading import Reading, UsageReader
from gatewright.metering.apis.responses import Retrieved
from gatewright.metering.normalise import Reported
from gatewright.metering.record import UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage

COUNTED_APART = "counted_apart"


class Fetch(Protocol):
    """Reads what is fetched."""

    def feed(self, data: bytes) -> None:
        """Takes bytes of the answer's body."""

    def readings(self) -> Mapping[str, Reading]:
        """What was made earlier, by a name that is the same at every fetch; when all bytes have come."""


class ResponseFetch:
    """A response that is retrieved, as a document or as a stream."""

    def __init__(self) -> None:
        self._reader = UsageReader(Retrieved(Asked()))

    def feed(self, data: bytes) -> None:
        """Takes bytes of the answer's body."""
        self._reader.feed(data)

    def readings(self) -> Mapping[str, Reading]:
        """The response, where it was made in the background and is finished."""
        found = self._reader.finish()
        return {found.response_id: found} if found.reported is not None and found.response_id else {}


class OutputFetch:
    """A file that is downloaded: the output of a batch, or any other.

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
        return {
            f"{self._file}/{model}": Reading(
                reported=Reported(found.usage),
                model=model or None,
                response_id=self._file,
                ended=True,
                flags=(f"answers:{found.answers}", *flags),
            )
            for model, found in self._reader.sums.items()
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
