"""One deployment at a time: a named value is the lock, its ETag decides who has it.

A tag of the named value `gw-deploy-lock` says `free`, or who holds it and until when; Azure may keep the
value to itself, never the tags. Taking and giving back are writes with the ETag that was read, so of two that
try at once one is refused (412). It stays in the service between deployments. The first one ever creates it
with `If-None-Match: *` and reads it again.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gatewright.deploy import codes
from gatewright.deploy.entities import LOCK, Properties
from gatewright.deploy.service import Answered, Read, Service
from gatewright.deploy.stamp import TAG
from gatewright.diagnostics import Diagnostic, Rejected

LEASE = timedelta(minutes=15)
FREE = "free"

Clock = Callable[[], datetime]
_HELD = re.compile(r"held:([A-Za-z0-9-]+):(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


@dataclass(slots=True)
class Lock:
    """The lock of a service, for one run.

    Attributes:
        service: whose lock.
        run: id of this run.
        clock: gives aware UTC time.
        break_it: take it even where another run holds it.
    """

    service: Service
    run: str
    clock: Clock
    break_it: bool = False
    _until: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self) -> None:
        """Takes the lock.

        Raises:
            Rejected: DEP812 when another deployment holds it; DEP82x when Azure does not answer.
        """
        found = self.service.read(LOCK)
        if found is not None:
            self._refuse_if_held(found)
        try:
            self._put(found)
        except Answered as answer:
            if answer.status != 412:
                raise
            raise self._held("another deployment took the lock at the same moment") from answer
        if found is None and not self._is_mine(self.service.read(LOCK)):
            raise self._held("another deployment took the lock at the same moment")

    def keep(self) -> None:
        """Prolongs the lease when more than a third of it is over; safe from several threads.

        Raises:
            Rejected: DEP813 when another run holds the lock now.
        """
        with self._guard:
            if self._until - self.clock() > LEASE * 2 / 3:
                return
            found = self.service.read(LOCK)
            if not self._is_mine(found):
                hint = "wait until it is done and run the command again"
                message = "another deployment broke the lock of this one"
                raise Rejected([codes.LOCK_LOST.at(None, message, hint=hint)])
            self._put(found)

    @contextmanager
    def held(self) -> Iterator[list[Diagnostic]]:
        """Holds the lock while the body runs; yields where a warning goes when it cannot be given back.

        Raises:
            Rejected: DEP812 when another deployment holds it; DEP82x when Azure does not answer.
        """
        warnings: list[Diagnostic] = []
        try:
            self.take()
            yield warnings
        finally:
            warnings.extend(item for item in (self.give_back(),) if item)

    def give_back(self) -> Diagnostic | None:
        """Frees the lock where this run holds it; a warning when that cannot be done."""
        try:
            found = self.service.read(LOCK)
            if found is not None and self._is_mine(found):
                self._write(FREE, found)
        except Rejected as rejected:
            message = f"the lock stays held until it expires: {rejected.diagnostics[0].message}"
            hint = f"gatewright deploy --break-lock, or wait {int(LEASE.total_seconds() / 60)} minutes"
            return codes.LOCK_KEPT.at(None, message, hint=hint)
        return None

    def _put(self, found: Read | None) -> None:
        until = self.clock() + LEASE
        value = f"held:{self.run}:{until.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        self._write(value, found)
        self._until = until

    def _write(self, word: str, found: Read | None) -> None:
        try:
            etag = found.etag if found else None
            self.service.write(LOCK, _properties(word), etag, only_new=found is None)
        except Answered as answer:
            # A write whose answer was lost is sent again by the SDK and then meets its own new ETag.
            now = self.service.read(LOCK) if answer.status == 412 else None
            if now is None or _word(now) != word:
                raise

    def _refuse_if_held(self, found: Read) -> None:
        held = _HELD.fullmatch(_word(found))
        if held is None or self.break_it or held.group(1) == self.run:
            return
        if datetime.fromisoformat(held.group(2)) <= self.clock():
            return
        raise self._held(f"run {held.group(1)} holds the lock until {held.group(2)}")

    def _is_mine(self, found: Read | None) -> bool:
        held = _HELD.fullmatch(_word(found)) if found else None
        return held is not None and held.group(1) == self.run

    def _held(self, message: str) -> Rejected:
        hint = "wait until it is done; if it died, --break-lock"
        return Rejected([codes.IN_PROGRESS.at(None, message, hint=hint)])


def _properties(word: str) -> Properties:
    return {"displayName": LOCK.ids[0], "secret": False, "value": "lock", "tags": [TAG, word]}


def _word(found: Read) -> str:
    tags = found.properties.get("tags")
    return next((str(tag) for tag in tags if tag != TAG), FREE) if isinstance(tags, list) else FREE
