"""The recorder's hooks: one add-on before the metering one, which sees what came; one behind it.

Neither changes anything. A failure in one drops the exchange from the recording, and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from proxy_addon import compat
from proxy_addon.clock import Clock
from proxy_addon.exchange import Exchange
from proxy_addon.identity import is_internal
from proxy_addon.recording.recorder import FAILED, UPGRADED, Fields, Recorder, Taken

log = logging.getLogger("gatewright.proxy")

Find = Callable[[str], Exchange | None]


class RecordedBefore:
    """Stands before the metering add-on: requests and heads of answers are as they came."""

    def __init__(self, recorder: Recorder, find: Find, clock: Clock) -> None:
        self._recorder = recorder
        self._find = find
        self._clock = clock

    def request(self, flow: compat.Flow) -> None:
        """A request is complete."""
        exchange = None if flow.response or flow.error else self._find(flow.id)
        if exchange is None or exchange.admitted is None or exchange.fault is not None:
            return
        whose = exchange.admitted.attribution
        if self._recorder.wants(whose.request_id, whose.tenant):
            with _Guard(self._recorder, flow.id):
                self._recorder.begin(flow.id, self._taken(flow, exchange))

    def responseheaders(self, flow: compat.Flow) -> None:
        """The head of an answer has come."""
        taken = self._recorder.taking(flow.id)
        if taken is not None and flow.response is not None:
            with _Guard(self._recorder, flow.id):
                taken.status, taken.reason = flow.response.status_code, flow.response.reason
                taken.answer_headers = _external(compat.fields(flow.response.headers))

    def _taken(self, flow: compat.Flow, exchange: Exchange) -> Taken:
        assert exchange.admitted is not None
        endpoint = exchange.admitted.route.endpoint
        headers = _external(compat.fields(flow.request.headers))
        host = (("host", endpoint.authority),)
        return Taken(
            request_id=exchange.admitted.attribution.request_id,
            tenant=exchange.admitted.attribution.tenant,
            method=flow.request.method,
            url=f"{endpoint.scheme}://{endpoint.authority}{exchange.admitted.target.url}",
            headers=(*host, *(pair for pair in headers if pair[0].lower() != "host")),
            body=flow.request.raw_content or b"",
            started=exchange.time,
            began=self._clock.steady(),
        )


class RecordedBehind:
    """Stands behind the metering add-on: listens to the body on its way through, and knows how it ended."""

    def __init__(self, recorder: Recorder, find: Find) -> None:
        self._recorder = recorder
        self._find = find

    def responseheaders(self, flow: compat.Flow) -> None:
        """The answer's body is about to come."""
        if self._recorder.taking(flow.id) is None or flow.response is None:
            return
        exchange, through = self._find(flow.id), flow.response.stream
        if exchange is None or not exchange.forwarded:
            self._recorder.drop(flow.id, None)
        elif not callable(through):
            self._recorder.drop(flow.id, UPGRADED)
        else:
            flow.response.stream = self._listening(flow.id, through)

    def response(self, flow: compat.Flow) -> None:
        """The answer is complete, or was ours."""
        self._end(flow)

    def error(self, flow: compat.Flow) -> None:
        """The exchange ended before its answer did."""
        self._end(flow)

    def _end(self, flow: compat.Flow) -> None:
        with _Guard(self._recorder, flow.id):
            self._recorder.end(flow.id)

    def _listening(
        self, key: str, through: Callable[[bytes], Iterable[bytes] | bytes]
    ) -> Callable[[bytes], Iterable[bytes] | bytes]:
        recorder = self._recorder

        def listen(data: bytes) -> Iterable[bytes] | bytes:
            with _Guard(recorder, key):
                recorder.part(key, data)
            return through(data)

        return listen


class _Guard:
    """Lets nothing out: whatever fails in here ends the recording of the exchange."""

    def __init__(self, recorder: Recorder, key: str) -> None:
        self._recorder = recorder
        self._key = key

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, fault: object, trace: object) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False
        log.error("recording an exchange failed (%s)", kind.__name__)
        self._recorder.drop(self._key, FAILED)
        return True


def _external(headers: Fields) -> Fields:
    return tuple(pair for pair in headers if not is_internal(pair[0].encode("utf-8", "replace")))
