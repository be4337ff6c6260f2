"""Realtime sessions: which upgrades are taken, what goes to the upstream, and the records of a session.

A session leaves a record for each finished response and each transcription, when it comes, and one of its
own at its end, which states no usage: it says how the session went, and that the others count.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/realtime-audio-websockets (2026-09) for
`/openai/realtime?deployment=` and `/openai/v1/realtime?model=`; RFC 6455 (2011-12).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from gatewright.metering.apis.reading import Reading
from gatewright.metering.apis.realtime import TRANSCRIPTION, RealtimeSession
from gatewright.metering.exchange_meter import ExchangeMeter
from gatewright.metering.record import UsageRecord
from proxy_addon.apart import COUNTED_APART, OTHER_MODEL
from proxy_addon.clock import Clock
from proxy_addon.paths import Target, models_named

SWITCHING = 101
CLEAN_CODES = frozenset({1000, 1001})
UNFINISHED = "response_unfinished"

_MODEL_PARAMETER: Mapping[str, str] = {"openai": "deployment", "openai/v1": "model", "v1": "model"}
"""Which parameter of the query names the model, by what stands before `realtime`."""


def asks(method: str, target: Target, upgrades: list[str]) -> bool:
    """Whether a request asks for a realtime session.

    Args:
        method: its method.
        target: its target.
        upgrades: the values of its `Upgrade` headers.
    """
    wanted = [value.strip().lower() for value in upgrades]
    known = target.operation == "realtime" and target.form in _MODEL_PARAMETER
    return method == "GET" and wanted == ["websocket"] and known


def model_in(target: Target) -> str | None:
    """The one model that the query names, plainly spelled; None where it names none, or several."""
    name = _MODEL_PARAMETER[target.form]
    plain = [value for key, _, value in _parameters(target) if key == name]
    return plain[0] if len(plain) == 1 == len(models_named(target.query or "")) else None


def for_deployment(target: Target, deployment: str) -> str:
    """The target for the upstream: the model of the query replaced by the member's deployment."""
    name = _MODEL_PARAMETER[target.form]
    found = [(key, mark, deployment if key == name else value) for key, mark, value in _parameters(target)]
    return f"{target.path}?{'&'.join(''.join(part) for part in found)}"


def _parameters(target: Target) -> list[tuple[str, str, str]]:
    return [part.partition("=") for part in (target.query or "").split("&")]


class Session:
    """One session, from the switch of protocols on. Gives a record for whatever settles.

    Args:
        record_id: the record id of the session itself.
        meter: the meter of its exchange.
        clock: the time.
    """

    def __init__(self, record_id: str, meter: ExchangeMeter, clock: Clock) -> None:
        self._record_id = record_id
        self._meter = meter
        self._clock = clock
        self._reader = RealtimeSession()

    def message(self, data: bytes) -> UsageRecord | None:
        """Takes a message of the service; the record of what it settles, or None. Its time is now."""
        found = self._reader.message(data)
        if found is None:
            return None
        what, reading = found
        record = self._meter.part(self._part_id(reading), reading, self._clock.now())
        if what != TRANSCRIPTION:
            return record
        details = [OTHER_MODEL, *([record.usage_detail] if record.usage_detail else [])]
        return replace(record, operation_name=TRANSCRIPTION, usage_detail=",".join(details))

    def _part_id(self, reading: Reading) -> str:
        """The same for the same part of the same session, however often the service sends it."""
        name = reading.response_id or str(self._reader.settled)
        return hashlib.blake2b(f"{self._record_id}/{name}".encode(), digest_size=16).hexdigest()

    def settled(self, record: UsageRecord) -> UsageRecord:
        """The record of the session itself, which has no usage of its own."""
        detail = UNFINISHED if self._reader.unfinished else COUNTED_APART
        return replace(record, usage_detail=detail, response_model=self._reader.model, stream=True)
