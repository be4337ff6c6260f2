"""The gateway: loads a build folder, then serves requests as API Management would."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Scope

from gatewright.apim.bundle import NAME, Bundle
from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.harness import backends, effective, errors, pipeline, reporting
from gatewright.harness.asgi import Front, Sent, exchange_id
from gatewright.harness.call import Arrival, Call, Watch
from gatewright.harness.clock import Clock
from gatewright.harness.codes import NO_KEY
from gatewright.harness.effective import Policies
from gatewright.harness.errors import Fault
from gatewright.harness.limits import Quotas, counters_for
from gatewright.harness.messages import Headers, RequestMessage
from gatewright.harness.outcome import Outcome
from gatewright.harness.prepare import Loading
from gatewright.harness.routing import Denied, KeyCheck, Match, Router
from gatewright.harness.state import State

SWITCHES = frozenset({"limits", "cache"})
MAX_BODY_BYTES = 64 * 1024 * 1024
"""Our bound on a request's body; the service's own is 1 GiB."""


def new_guid() -> str:
    """A random GUID; it names a request, and keeps no secret."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


class Gateway:
    """A local gateway.

    Attributes:
        bundle: what it serves, placeholders filled.
        without: what is switched off: `limits` (llm-token-limit lets everything pass and counts nothing),
            `cache` (cache-*-value elements find and keep nothing).
        app: the ASGI application.
    """

    def __init__(
        self,
        bundle: Bundle,
        policies: Policies,
        keys: KeyCheck,
        state: State,
        *,
        without: frozenset[str],
        on_outcome: Callable[[Outcome], None],
        max_body_bytes: int,
    ) -> None:
        self.bundle, self.without = bundle, without
        self._policies, self._keys, self._state = policies, keys, state
        self._router = Router(bundle.apis)
        self._on_outcome = on_outcome
        self.app: ASGIApp = Front(
            self._arrive, self._open, self._serve, self._close, self.aclose, max_body_bytes
        )

    @classmethod
    def load(
        cls,
        build_dir: Path,
        *,
        placeholders: Mapping[str, str],
        keys: Mapping[str, str],
        named_values: Mapping[str, str],
        clock: Clock,
        on_outcome: Callable[[Outcome], None],
        without: frozenset[str] = frozenset(),
        transport: httpx.AsyncBaseTransport | None = None,
        upstream_headers: Mapping[str, str] | None = None,
        seed: int | None = None,
        new_id: Callable[[], str] = new_guid,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> Gateway:
        """A gateway with every policy composed, checked and compiled.

        Args:
            build_dir: a folder that `gatewright generate` wrote.
            placeholders: what each `<name>` of the bundle stands for.
            keys: key of each subscription by its id; every active subscription needs one.
            named_values: values of secret named values by display name.
            clock: the time.
            on_outcome: told exactly once about each request.
            without: what is switched off, of `limits` and `cache`.
            transport: sends requests to backends; closed with the gateway. Plain HTTP/1.1 by default.
            upstream_headers: added to every request to a backend.
            seed: makes weighted draws repeatable.
            new_id: makes request ids.
            max_body_bytes: longest request body; a longer one gets 413.

        Raises:
            Rejected: GEN41x, POL2xx, EXP3xx, EMU5xx: everything that is wrong or not emulated.
        """
        if unknown := without - SWITCHES:
            raise ValueError(f"only {sorted(SWITCHES)} can be switched off, not {sorted(unknown)}")
        bundle = Bundle.load(build_dir).filled(placeholders)
        if faults := list(_key_faults(bundle, build_dir, keys)):
            raise Rejected(faults)
        chance = random.Random(seed)
        entities = backends.load(bundle.backends, chance, str(build_dir / NAME))
        loading = Loading(bundle.service.tier, entities, without)
        policies = effective.load(bundle, build_dir, named_values, loading)
        state = State(
            clock=clock,
            chance=chance,
            backends=entities,
            counters=counters_for(bundle.service.tier),
            quotas=Quotas(),
            transport=transport or _default_transport(),
            upstream_headers=upstream_headers or {},
            new_id=new_id,
            location=bundle.service.location,
        )
        return cls(
            bundle,
            policies,
            KeyCheck(bundle, keys),
            state,
            without=without,
            on_outcome=on_outcome,
            max_body_bytes=max_body_bytes,
        )

    async def aclose(self) -> None:
        """Closes the connections to backends."""
        await self._state.transport.aclose()

    def _arrive(self, scope: Scope, headers: Headers) -> Arrival:
        state = self._state
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
        client = scope.get("client")
        return Arrival(
            exchange_id=exchange_id(headers) or state.new_id(),
            request_id=state.new_id(),
            time=state.clock.now(),
            monotonic=state.clock.monotonic(),
            method=scope["method"].upper(),
            scheme=scope.get("scheme", "http"),
            host=headers.first("host") or "localhost",
            path=raw_path.partition(b"?")[0].decode("latin-1") or "/",
            query=scope["query_string"].decode("latin-1"),
            client=client[0] if client else "127.0.0.1",
        )

    def _open(self, arrival: Arrival, request: RequestMessage, watch: Watch) -> Call:
        match = self._router.match(arrival.method, arrival.path)
        if match is not None:
            request.path = match.rest
        return Call(arrival, self._state, match, request, watch)

    async def _serve(self, call: Call, fault: Fault | None) -> None:
        """Runs a request through key check and policies, or a fault through its on-error."""
        match = call.match
        denied = fault or self._check(call, match)
        product = call.access.product.id if call.access and call.access.product else None
        api = match.api.id if match else None
        operation = match.operation.id if match and match.operation else None
        policy = self._policies.at(product, api, operation)
        if denied:
            await pipeline.fail(call, policy, denied)
        else:
            await pipeline.run(call, policy)

    def _check(self, call: Call, match: Match | None) -> Fault | None:
        if match is None or match.operation is None:
            return errors.operation_not_found()
        names = match.api.subscription_key_parameter_names
        key = call.request.headers.first(names.header)
        if key is None:
            key = call.query_value(names.query)
        access = self._keys.check(match.api, key)
        if isinstance(access, Denied):
            realm = f"https://{call.arrival.host}/{match.api.path.strip('/')}"
            told = errors.key_missing if access.missing else errors.key_invalid
            return told(realm, names.header)
        call.grant(access)
        return None

    def _close(self, call: Call, sent: Sent, gone: bool) -> None:
        call.accounting.settle()
        self._on_outcome(reporting.outcome_of(call, sent, gone))


def _key_faults(bundle: Bundle, build_dir: Path, keys: Mapping[str, str]) -> list[Diagnostic]:
    place = Span(str(build_dir / NAME))
    active = [item for item in bundle.subscriptions if item.state == "active"]
    faults = [
        NO_KEY.at(place, f"the subscription {item.id} has no key here")
        for item in active
        if not keys.get(item.id)
    ]
    taken: dict[str, str] = {}
    for item in bundle.subscriptions:
        key = keys.get(item.id)
        if key and (other := taken.setdefault(key, item.id)) != item.id:
            faults.append(NO_KEY.at(place, f"the subscriptions {other} and {item.id} have the same key"))
    return faults


def _default_transport() -> httpx.AsyncBaseTransport:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    return httpx.AsyncHTTPTransport(trust_env=False, http2=False, limits=limits)
