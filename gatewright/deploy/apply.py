"""Carries a plan out: kind after kind, several entities of a kind at once, each write with its ETag.

A cut leaves whole entities behind, each with its stamp; the next run plans what is missing.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

from gatewright.deploy import codes
from gatewright.deploy.entities import Key, Kind
from gatewright.deploy.keys import Holder, Keyring
from gatewright.deploy.live import live_of
from gatewright.deploy.lock import Lock
from gatewright.deploy.plan import Action, Plan, Step
from gatewright.deploy.service import Answered, Service
from gatewright.deploy.stamp import stamped
from gatewright.diagnostics import Diagnostic, Rejected

Progress = Callable[[Step | Holder], None]
Work = TypeVar("Work", Step, Holder)
CONFLICT_WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds; Azure does one change of some kinds at a time


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: the steps that wrote, the secrets that keys were published in, and warnings."""

    written: tuple[Step, ...]
    published: tuple[Holder, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Applier:
    """Applies plans to a service.

    Attributes:
        service: which one.
        lock: of this run.
        sleep: waits some seconds.
        concurrency: entities of a kind that are written at once.
        progress: told of each step that is done, in this thread.
        keyring: publishes keys; None leaves them where they are.
        stop: once set, nothing new is begun.
    """

    service: Service
    lock: Lock
    sleep: Callable[[float], object]
    concurrency: int = 8
    progress: Progress = lambda step: None
    keyring: Keyring | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def apply(self, plan: Plan, unpublished: tuple[Holder, ...] = ()) -> Applied:
        """Does what a plan says, then publishes keys; without writes nothing is sent.

        Raises:
            Rejected: DEP810 before anything is written; DEP811-813, DEP82x with everything that failed;
                DEP815 when it was stopped.
        """
        faults = list(plan.faults())
        if faults:
            raise Rejected(faults)
        if not plan.writes and not unpublished:
            return Applied(())
        done: list[Step] = []
        published: list[Holder] = []
        with self.lock.held() as warnings:
            total = len(plan.writes) + len(unpublished)
            for _, stage in itertools.groupby(plan.writes, key=_stage):
                self._stage(stage, self._do, done)
            self._stage(unpublished, self._publish, published)
            self._check_stop(len(done) + len(published), total)
        return Applied(tuple(done), tuple(published), tuple(warnings))

    def _check_stop(self, number: int, total: int) -> None:
        if self.stop.is_set() and number < total:
            message = f"stopped after {number} of {total}; what was begun is finished"
            raise Rejected([codes.INTERRUPTED.at(None, message, hint="run the command again: it resumes")])

    def _stage(self, steps: Iterable[Work], do: Callable[[Work], None], done: list[Work]) -> None:
        """Writes what is of one kind; after the first fault nothing new is begun."""
        faults: list[Diagnostic] = []
        waiting = iter(steps)
        with ThreadPoolExecutor(self.concurrency) as pool:
            running: dict[Future[None], Work] = {}
            while True:
                while not faults and not self.stop.is_set() and len(running) < self.concurrency:
                    step = next(waiting, None)
                    if step is None:
                        break
                    running[pool.submit(do, step)] = step
                if not running:
                    break
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    step = running.pop(future)
                    try:
                        future.result()
                    except Rejected as rejected:
                        faults.extend(rejected.diagnostics)
                        continue
                    done.append(step)
                    self.progress(step)
        if faults:
            raise Rejected(faults)

    def _publish(self, holder: Holder) -> None:
        self.lock.keep()
        if self.keyring is not None:
            self.keyring.publish(holder)

    def _do(self, step: Step) -> None:
        self.lock.keep()
        for pause in (*CONFLICT_WAITS, None):
            try:
                self._once(step)
                return
            except Answered as answer:
                if answer.status != 409 or pause is None or self.stop.is_set():
                    raise
                self.sleep(pause)

    def _once(self, step: Step) -> None:
        if step.live is None and step.key.parent is None and self._appeared(step):
            return
        etag = None
        if step.live is not None and step.key.kind is not Kind.PRODUCT_API:
            found = self.service.read(step.key)
            if found is None and step.action is Action.DELETE:
                return
            if found is not None:
                now = live_of(step.key, found.properties).fingerprint
                if step.desired is not None and now == step.desired.fingerprint != step.live.fingerprint:
                    return
                if now != step.live.fingerprint:
                    raise _changed(step.key)
                etag = found.etag
        self._send(step, etag)

    def _appeared(self, step: Step) -> bool:
        """Whether what shall be created is there by now, as it shall be; a stranger's is not overwritten."""
        found = self.service.read(step.key)
        if found is None:
            return False
        now = live_of(step.key, found.properties)
        if step.desired is None or step.desired.fingerprint not in {now.fingerprint, now.stamp}:
            raise _changed(step.key)
        return True

    def _send(self, step: Step, etag: str | None) -> None:
        if step.desired is None:
            self.service.delete(step.key, etag or "*")
            return
        body = stamped(step.key.kind, step.desired.properties, step.desired.fingerprint)
        try:
            self.service.write(step.key, body, etag)
        except Answered as answer:
            # A write whose answer was lost is sent again by the SDK and then meets its own new ETag.
            if answer.status != 412 or not self._is_there(step):
                raise

    def _is_there(self, step: Step) -> bool:
        found = self.service.read(step.key)
        wanted = step.desired.fingerprint if step.desired else None
        return found is not None and live_of(step.key, found.properties).fingerprint == wanted


def _stage(step: Step) -> tuple[bool, int]:
    return step.action is Action.DELETE, step.key.kind.rank


def _changed(key: Key) -> Rejected:
    hint = "run the command again; it compares anew"
    return Rejected([codes.CHANGED.at(None, f"{key.path} changed after it was compared", hint=hint)])
