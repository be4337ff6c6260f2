"""A deterministic look-alike of Azure OpenAI: chat completions and embeddings, dated and undated paths.

An answer follows from the request and the deployment's name alone; ids and times included. Only what a
service remembers (tokens of the running minute, prompts seen) and the faults asked for depend on what came
before.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

from starlette.types import Receive, Scope, Send

from gatewright.diagnostics import Rejected
from gatewright.harness import faults
from gatewright.harness.faults import Fault, FaultPlan
from gatewright.harness.upstreams import chat, embeddings, wire
from gatewright.harness.upstreams.capacity import Capacity, PromptCache
from gatewright.harness.upstreams.request import ChatRequest, read_chat, read_embeddings, read_object
from gatewright.harness.upstreams.wire import Answer, Headers, Refused
from gatewright.harness.upstreams.words import Dice, Json

CREATED = 1_767_225_600
REGION = "swedencentral"
_DATED = re.compile(r"/openai/deployments/([^/]+)/(chat/completions|embeddings)")
_UNDATED = re.compile(r"/openai/v1/(chat/completions|embeddings)")


@dataclass(frozen=True, slots=True)
class SimulatedDeployment:
    """One deployment of the look-alike.

    Attributes:
        name: the deployment's name, as it stands in paths.
        backend: the id of the backend that leads to it, or None.
        region: the region it says it is in.
        model: what answers say in `model`; the deployment's name where it is empty.
        tokens_per_minute: 429 beyond so many tokens in a minute; None for no ceiling.
        context_tokens: prompts longer than this are refused.
    """

    name: str
    backend: str | None = None
    region: str = REGION
    model: str = ""
    tokens_per_minute: int | None = None
    context_tokens: int = 128_000


@dataclass(frozen=True, slots=True)
class SimulatedOptions:
    """What a look-alike is made of.

    Attributes:
        deployments: the deployments it has; none means that every name answers.
        faults: faults to show.
        created: seconds since 1970 that answers say in `created`.
        chunk_delay_ms: milliseconds between the parts of a stream.
        now: seconds that only grow, for the minute of `tokens_per_minute`.
    """

    deployments: tuple[SimulatedDeployment, ...] = ()
    faults: tuple[Fault, ...] = ()
    created: int = CREATED
    chunk_delay_ms: float = 0.0
    now: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class _Call:
    """A request, located: which deployment, which operation."""

    deployment: SimulatedDeployment
    operation: str
    body: Mapping[str, Json]
    fault: Fault | None
    ids: Dice


@dataclass(slots=True)
class Simulator:
    """The ASGI application of the look-alike.

    Ports that `bind` names belong to one backend each and know only its deployment; any other port knows all.

    Raises:
        Rejected: EMU551 for a fault whose target is unknown.
    """

    options: SimulatedOptions = field(default_factory=SimulatedOptions)
    _ports: dict[int, str] = field(default_factory=dict)
    _capacities: dict[str, Capacity] = field(default_factory=dict)
    _cache: PromptCache = field(default_factory=PromptCache)
    _plan: FaultPlan = field(init=False)

    def __post_init__(self) -> None:
        if self.options.deployments:
            names = [n for d in self.options.deployments for n in (d.name, d.backend) if n]
            faults.check_targets(self.options.faults, names)
        self._plan = FaultPlan(self.options.faults)

    def bind(self, ports: Mapping[int, str]) -> None:
        """Which backend each listening port stands for."""
        self._ports = dict(ports)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the simulated upstream speaks HTTP only, not {scope['type']}")
        body = await wire.read_body(receive)
        seed = scope["path"].encode("utf-8", "replace") + b"\0" + body
        ids = Dice(seed)
        try:
            call = self._locate(scope, body, ids)
            await self._answer(call, scope, receive, send)
        except Refused as fault:
            answer = fault.refusal.answer()
            await wire.send_answer(send, _with(answer, _usual_headers(None, ids, None)))

    def _locate(self, scope: Scope, body: bytes, ids: Dice) -> _Call:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        fault = _asked_fault(headers)
        if not (headers.get("authorization", "").startswith("Bearer ") or headers.get("api-key")):
            raise Refused(wire.access_denied())
        operation, name = _operation(scope)
        document = read_object(body)
        if name is None:
            model = document.get("model")
            if not isinstance(model, str) or not model:
                raise Refused(wire.invalid("Missing required parameter: 'model'.", "model"))
            name = model
        deployment = self._deployment(name, scope)
        if fault is None:
            fault = self._plan.next(n for n in (deployment.name, deployment.backend) if n)
        return _Call(deployment, operation, document, fault, ids)

    def _deployment(self, name: str, scope: Scope) -> SimulatedDeployment:
        server = scope.get("server")
        backend = self._ports.get(server[1]) if server else None
        for known in self.options.deployments:
            if known.name == name and backend in (None, known.backend):
                return known
        if self.options.deployments:
            raise Refused(wire.deployment_not_found())
        return SimulatedDeployment(name)

    async def _answer(self, call: _Call, scope: Scope, receive: Receive, send: Send) -> None:
        fault, place = call.fault, call.deployment
        if fault is not None and fault.reset:
            await wire.end_connection(scope, receive, send, reset=True)
            return
        if fault is not None and fault.status is not None:
            raise Refused(wire.of_status(fault.status, place.name, place.region, fault.retry_after_seconds))
        capacity = self._capacity(place)
        wait = capacity.retry_after()
        if wait is not None:
            raise Refused(wire.rate_limited(place.name, place.region, wait))
        if call.operation == "embeddings":
            parts: Iterable[bytes] = (self._embeddings(call, capacity),)
            kind = "application/json"
        else:
            request = read_chat(call.body)
            parts, kind = self._chat(call, request, capacity)
        headers = (("content-type", kind), *_usual_headers(place, call.ids, capacity))
        await self._send(list(parts), headers, fault, scope, receive, send)

    def _capacity(self, place: SimulatedDeployment) -> Capacity:
        key = place.backend or place.name
        if key not in self._capacities:
            self._capacities[key] = Capacity(place.tokens_per_minute, self.options.now)
        return self._capacities[key]

    def _chat(self, call: _Call, request: ChatRequest, capacity: Capacity) -> tuple[Iterable[bytes], str]:
        place = call.deployment
        prompt = chat.prompt_tokens(request)
        if len(prompt) > place.context_tokens:
            raise Refused(wire.context_length_exceeded(place.context_tokens, len(prompt)))
        cached = self._cache.look_up(place.backend or place.name, prompt)
        given = chat.answer(
            request, place.name, place.model or place.name, self.options.created, len(prompt), cached
        )
        capacity.spend(given.usage.input_tokens + given.usage.output_tokens)
        if not request.stream:
            return (chat.whole(given),), "application/json"
        return chat.chunks(given, include_usage=request.include_usage), "text/event-stream; charset=utf-8"

    def _embeddings(self, call: _Call, capacity: Capacity) -> bytes:
        place = call.deployment
        request = read_embeddings(call.body)
        prompt = embeddings.prompt_tokens(request)
        most = min(place.context_tokens, 8192)
        if embeddings.longest(request) > most:
            raise Refused(wire.context_length_exceeded(most, embeddings.longest(request)))
        capacity.spend(prompt)
        return embeddings.whole(request, place.model or place.name, prompt)

    async def _send(
        self,
        parts: list[bytes],
        headers: Headers,
        fault: Fault | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        delay = self.options.chunk_delay_ms if fault is None or not fault.slow_ms else fault.slow_ms
        if fault is not None and fault.cut_after is not None:
            await self._send_cut(parts, headers, fault.cut_after, scope, receive, send)
        elif dict(headers)["content-type"].startswith("text/event-stream"):
            await wire.send_parts(send, 200, headers, _paced(parts, delay))
        else:
            await asyncio.sleep((fault.slow_ms if fault else 0) / 1000)
            await wire.send_answer(send, Answer(200, parts[0], headers))

    async def _send_cut(
        self, parts: list[bytes], headers: Headers, count: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if len(parts) == 1:
            parts = [parts[0][at : at + 200] for at in range(0, len(parts[0]), 200)]
        await send({"type": "http.response.start", "status": 200, "headers": wire.raw(headers)})
        for part in parts[: min(count, len(parts) - 1)]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await wire.end_connection(scope, receive, send, reset=False)


def _operation(scope: Scope) -> tuple[str, str | None]:
    """The operation and the deployment in the path, None where the body names it."""
    path = scope.get("raw_path") or scope["path"].encode("utf-8")
    text = path.decode("ascii", "replace").partition("?")[0]
    dated = _DATED.fullmatch(text)
    if dated is None:
        undated = _UNDATED.fullmatch(text)
        if undated is None or scope["method"] != "POST":
            raise Refused(wire.resource_not_found())
        return undated[1], None
    if scope["method"] != "POST" or not parse_qs(scope["query_string"].decode("latin-1")).get("api-version"):
        raise Refused(wire.resource_not_found())
    return dated[2], unquote(dated[1])


def _asked_fault(headers: Mapping[str, str]) -> Fault | None:
    asked = headers.get(faults.HEADER)
    if asked is None:
        return None
    try:
        return faults.read_header(asked)
    except Rejected as fault:
        raise Refused(wire.invalid(fault.diagnostics[0].message, faults.HEADER)) from fault


async def _paced(parts: Iterable[bytes], delay_ms: float) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(delay_ms / 1000)
        yield part


def _with(answer: Answer, headers: Headers) -> Answer:
    return Answer(answer.status, answer.body, (*answer.headers, *headers))


def _usual_headers(place: SimulatedDeployment | None, ids: Dice, capacity: Capacity | None) -> Headers:
    """Headers of every answer; those of a deployment and its rates where there is one."""
    out: list[tuple[str, str]] = [
        ("apim-request-id", ids.guid()),
        ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
        ("x-content-type-options", "nosniff"),
        ("x-ms-region", place.region if place else REGION),
    ]
    if place is None or capacity is None:
        return tuple(out)
    requests, requests_left, tokens, tokens_left = capacity.remaining()
    out += [
        ("azureml-model-session", f"d{ids.below(1000):03d}-{ids.below(10**14):014d}"),
        ("x-accel-buffering", "no"),
        ("x-ms-deployment-name", place.name),
        ("x-ms-rai-invoked", "true"),
        ("x-ratelimit-limit-requests", str(requests)),
        ("x-ratelimit-limit-tokens", str(tokens)),
        ("x-ratelimit-remaining-requests", str(requests_left)),
        ("x-ratelimit-remaining-tokens", str(tokens_left)),
        ("x-request-id", ids.guid()),
    ]
    return tuple(out)
