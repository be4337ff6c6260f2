"""One client request on its way through the gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Literal, TypeVar
from urllib.parse import parse_qsl

from gatewright.apim.expressions import Program
from gatewright.apim.expressions.faults import PolicyException
from gatewright.apim.expressions.values import Value
from gatewright.harness import errors, view
from gatewright.harness.accounting import Accounting
from gatewright.harness.backends import Pool, Single
from gatewright.harness.errors import Fault, Place, PolicyFault
from gatewright.harness.messages import BytesBody, Headers, RequestMessage, ResponseMessage
from gatewright.harness.outcome import Attempt, TokenMetric
from gatewright.harness.routing import Access, Match
from gatewright.harness.state import State

T = TypeVar("T")

JSON_TYPE = "application/json"

Message = Literal["request", "response", "answer"]
"""Which message an element acts on: the request, the response, or the answer of a `return-response`."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came in, and when.

    Attributes:
        exchange_id: the client's own id of the exchange, or one that the gateway made.
        request_id: `context.RequestId`.
        time: UTC.
        monotonic: the same moment on the monotonic clock.
        method: in capitals.
        scheme: http or https.
        host: value of the Host header.
        path: the raw path as the client sent it.
        query: the raw query without its question mark.
        client: the client's address.
    """

    exchange_id: str
    request_id: str
    time: datetime
    monotonic: float
    method: str
    scheme: str
    host: str
    path: str
    query: str
    client: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where the request would be sent.

    Attributes:
        backend: a backend or a pool.
        scope: the scope whose policy chose it.
        by_id: it was chosen by `backend-id`.
    """

    backend: Single | Pool
    scope: str
    by_id: bool


class Call:
    """A request with everything that policies read and change.

    Attributes:
        arrival: what came in.
        state: the gateway's.
        match: API and operation.
        access: subscription and product; None until the key check has passed.
        request: the request as it would be sent now.
        response: the response as it would be answered now, None before there is one.
        answer: the response that a `return-response` is building.
        target: the backend chosen so far.
        fault: what sent the request to on-error.
        returned: a `return-response` has answered.
        attempts: calls of backends.
        metrics: token metrics emitted.
        cache: `hit` or `miss` of the last cache look-up.
        accounting: what the answer says about tokens.
        before_outbound: called when an answer is there, before outbound runs.
        body_sent: the request's body has been sent and was not kept.
        watch: notices that the client leaves.
    """

    def __init__(
        self, arrival: Arrival, state: State, match: Match | None, request: RequestMessage, watch: Watch
    ) -> None:
        self.arrival, self.state, self.match, self.request = arrival, state, match, request
        self.original_body = request.body
        self.access: Access | None = None
        self.response: ResponseMessage | None = None
        self.answer: ResponseMessage | None = None
        self.target: Target | None = None
        self.fault: Fault | None = None
        self.returned = False
        self.attempts: list[Attempt] = []
        self.metrics: list[TokenMetric] = []
        self.cache: str | None = None
        url = f"{arrival.path}?{arrival.query}"
        self.accounting = Accounting(request.method, url, self.stream)
        self.before_outbound: list[Callable[[], Awaitable[None]]] = []
        self.body_sent = False
        self.watch = watch
        self.context = view.context_of(self)

    @property
    def request_id(self) -> str:
        """`context.RequestId` as text."""
        return self.arrival.request_id

    @cached_property
    def asked(self) -> object:
        """The client's body as JSON values, None where it is not JSON."""
        try:
            value: object = json.loads(self.original_body)
        except (ValueError, RecursionError):
            return None
        return value

    @cached_property
    def stream(self) -> bool:
        """Whether the client's body asks for a stream."""
        if b'"stream"' not in self.original_body:
            return False
        return isinstance(self.asked, dict) and self.asked.get("stream") is True

    @property
    def model(self) -> str | None:
        """The model alias: path parameter `deployment-id`, else `model` of the body."""
        if self.match and (name := self.match.parameters.get("deployment-id")):
            return name
        model = self.asked.get("model") if isinstance(self.asked, dict) else None
        return model if isinstance(model, str) else None

    def grant(self, access: Access) -> None:
        """The key check has passed: subscription and product are known, also to expressions."""
        self.access = access
        view.show_access(self.context, access)

    def query_value(self, name: str) -> str | None:
        """The first value of a query parameter of the client's URL, its name in any case."""
        pairs = parse_qsl(self.arrival.query, keep_blank_values=True)
        return next((value for key, value in pairs if key.lower() == name.lower()), None)

    async def evaluate(self, program: Program, place: Place) -> Value:
        """The value of an expression; bodies it reads are waited for.

        Raises:
            PolicyFault: the expression threw.
        """
        consumed = self.request.consumed
        while True:
            if program.reads_elapsed:
                passed = self.state.clock.monotonic() - self.arrival.monotonic
                self.context.elapsed = timedelta(seconds=passed)
            try:
                return program.run(self.context)
            except PolicyException as fault:
                raise self.expression_failed(fault.message, place) from fault
            except view.BodyPending:
                self.request.consumed = consumed
                await self.load_response()

    def expression_failed(self, message: str, place: Place) -> PolicyFault:
        """The fault of an expression, or of a value that its place cannot take."""
        return PolicyFault(errors.expression_failed(message, self.request_id, place))

    def set_variable(self, name: str, value: Value) -> None:
        """Sets a variable of the context."""
        self.context.variables.set(name, value)

    def request_bytes(self) -> bytes | None:
        """The body to send: empty when an expression consumed it, None when there is none."""
        request = self.request
        if not request.has_body:
            return None
        return b"" if request.consumed else request.body

    async def load_response(self) -> bytes:
        """The whole body of the response; it is in memory from now on."""
        assert self.response is not None
        return await self.response.body.load()

    def respond(self, response: ResponseMessage | None) -> None:
        """Makes this the response, also for expressions."""
        self.response = response
        view.show_response(self.context, response)

    async def drop_response(self) -> None:
        """Gives up a response that will not be answered."""
        if self.response is not None:
            await self.response.body.aclose()
            self.respond(None)

    async def enter_outbound(self) -> None:
        """Settles what is known of the answer; without any, an empty 200 stands (nothing was forwarded)."""
        if self.response is None:
            self.respond(ResponseMessage(200, "OK", Headers(), BytesBody()))
        for action in self.before_outbound:
            await action()

    async def enter_on_error(self, fault: Fault) -> None:
        """Makes the default answer of a fault the response, and the fault `context.LastError`."""
        self.fault = fault
        passed = self.response
        if fault.body or passed is None:
            await self.drop_response()
            headers = Headers([("Content-Type", JSON_TYPE), *fault.headers])
            self.respond(ResponseMessage(fault.status, phrase(fault.status), headers, BytesBody(fault.body)))
        view.show_error(self.context, fault)

    async def show_failed_attempt(self, fault: Fault) -> None:
        """Shows a failed send to a `retry`: an open circuit as 503, a transport failure as null."""
        if fault.reason == "BackendUnavailable":
            headers = Headers([("Content-Type", JSON_TYPE), *fault.headers])
            self.respond(ResponseMessage(fault.status, fault.message, headers, BytesBody(fault.body)))
        elif fault.reason != "BackendErrorStatus":
            self.respond(None)

    def message_of(self, message: Message) -> RequestMessage | ResponseMessage | None:
        """The message that an element acts on; None where there is no response yet."""
        match message:
            case "request":
                return self.request
            case "response":
                return self.response
            case "answer":
                return self.answer

    def headers_of(self, message: Message) -> Headers | None:
        """The headers that an element acts on."""
        found = self.message_of(message)
        return found.headers if found else None

    async def set_body(self, message: Message, data: bytes) -> None:
        """Replaces a body."""
        match self.message_of(message):
            case RequestMessage() as request:
                request.body, request.has_body, request.consumed = data, True, False
                self.body_sent = False
                view.show_request_body(self.context, request)
            case ResponseMessage() as response:
                await response.body.aclose()
                response.body, response.consumed = BytesBody(data), False
                response.headers.remove("Content-Length")
                if message == "response":
                    self.respond(response)

    def set_status(self, message: Message, code: int, reason: str) -> None:
        """Sets the status line of a response."""
        found = self.message_of(message)
        if isinstance(found, ResponseMessage):
            found.status, found.reason = code, reason
            if message == "response":
                view.show_response(self.context, found)

    def set_path(self, path: str, query: str) -> None:
        """Sets path and query of the request."""
        self.request.path, self.request.query = path, query
        view.show_url(self.context, self)

    def set_query(self, query: str) -> None:
        """Sets the query of the request."""
        self.set_path(self.request.path, query)

    def set_method(self, method: str) -> None:
        """Sets the method of the request."""
        self.request.method = method
        self.context.request.method = method

    async def until_gone(self, waiting: Awaitable[T]) -> T:
        """Waits for something, and no longer than the client does."""
        self.watch.start()
        return await waiting


class Watch:
    """Notices that the client leaves, and cancels the task that serves it.

    Attributes:
        gone: the client has left.
    """

    def __init__(self, left: Callable[[], Awaitable[None]]) -> None:
        self._left = left
        self._task: asyncio.Task[None] | None = None
        self._finished = False
        self.gone = False

    def start(self) -> None:
        """Begins to watch; the current task is the one to cancel."""
        if self._task is None:
            serving = asyncio.current_task()
            assert serving is not None
            self._task = asyncio.create_task(self._run(serving))

    async def _run(self, serving: asyncio.Task[object]) -> None:
        await self._left()
        if not self._finished:
            self.gone = True
            serving.cancel()

    def finish(self) -> None:
        """The last bytes are about to leave: from now on the client may."""
        self._finished = True

    async def stop(self) -> None:
        """Ends the watch; a cancellation that has not arrived yet ends here."""
        if self._task is None:
            return
        self._task.cancel()
        if self.gone:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0)


def phrase(status: int) -> str:
    """The usual reason phrase of a status, empty for unknown ones."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
