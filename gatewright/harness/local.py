"""The whole way on one machine: gateway, the real proxy process, and an upstream.

Started from behind (upstream, proxy, gateway) and stopped from the front, so that no answer is cut. The local
subscription keys (`local-<tenant>-key`) open nothing but this gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp

from gatewright.apim.bundle import Bundle
from gatewright.diagnostics import Diagnostic
from gatewright.harness import localfiles, server
from gatewright.harness.clock import Clock, SystemClock
from gatewright.harness.exchanges import Exchanges, Remembering
from gatewright.harness.gateway import Gateway
from gatewright.harness.localfiles import Routes, RunFolder
from gatewright.harness.outcome import Outcome
from gatewright.harness.policies.authentication_certificate import THUMBPRINT
from gatewright.harness.policies.authentication_managed_identity import TOKEN
from gatewright.harness.proxyprocess import ProxyOptions, ProxyProcess
from gatewright.harness.ready import Ready
from gatewright.harness.recorder import Recorder, RecorderOptions
from gatewright.harness.server import HttpServer
from gatewright.harness.transport import PROXY_HOST, LoopbackTransport
from gatewright.harness.upstreams.address import Address
from gatewright.harness.upstreams.recorded import RecordedOptions, RecordedUpstream
from gatewright.harness.upstreams.simulated import SimulatedDeployment, SimulatedOptions, Simulator

_OUTCOMES = 100_000
_LOCAL_CLIENT_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """How the local stack is set up.

    Attributes:
        upstream: what stands behind the proxy. A simulated one without deployments gets those of the routes.
        host: where the gateway listens.
        port: its port, 0 for a free one.
        runs: where the folders of runs are.
        ledger: where usage records go; in the run's folder when None.
        without: `limits`, `cache`: policies that let everything pass.
        record: a recording to make of what passes the gateway, or None.
        upstream_headers: headers that the gateway adds to every request, such as a real key for a given
            address.
        named_values: values of secret named values beside the two that a run makes itself.
        clock: the time.
        proxy_start_seconds: how long the proxy may take to start.
    """

    upstream: SimulatedOptions | RecordedOptions | Address = field(default_factory=SimulatedOptions)
    host: str = "127.0.0.1"
    port: int = 0
    runs: Path = Path(".gatewright")
    ledger: Path | None = None
    without: frozenset[str] = frozenset()
    record: RecorderOptions | None = None
    upstream_headers: Mapping[str, str] = field(default_factory=dict)
    named_values: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)
    proxy_start_seconds: float = 30.0


class LocalGateway:
    """A running local stack; an asynchronous context manager.

    Attributes:
        bundle: what was loaded.
        options: how it was set up.
        ready: addresses, keys and models, once entered.
        keys: the local subscription key of each tenant.
        models: the type of each model alias.
        key_header: the header that carries the subscription key, in lower case.
        run: a name of this run, for ids.
        outcomes: what became of client requests, by exchange id, in order; the last 100,000.
        upstream: the upstream's application, None for a given address.
        recorder: the recorder, None without one.
    """

    def __init__(self, build_dir: Path, options: LocalOptions) -> None:
        """Reads the bundle and the routes; nothing is started.

        Raises:
            Rejected: GEN41x, EMU563, EMU551.
        """
        self.options = options
        self.bundle = Bundle.load(build_dir)
        self.outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self.clients = Exchanges()
        self.keys = {
            t: f"local-{t}-key" for t, entities in self.bundle.tenants.items() if entities.subscriptions
        }
        self.models = {alias: str(model.type) for alias, model in self.bundle.models.items()}
        names = [api.subscription_key_parameter_names.header for api in self.bundle.apis]
        self.key_header = names[0].lower() if names else "api-key"
        self.run = secrets.token_hex(4)
        self._build_dir = build_dir
        self._routes = localfiles.load_routes(build_dir)
        self.upstream = self._upstream_app()
        self.recorder: Recorder | None = None
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}
        self._ready: Ready | None = None
        self._proxy: ProxyProcess | None = None
        self._stack = contextlib.AsyncExitStack()

    @property
    def ready(self) -> Ready:
        """Addresses, keys and models.

        Raises:
            RuntimeError: the stack is not running.
        """
        if self._ready is None:
            raise RuntimeError("the local gateway is not running")
        return self._ready

    async def __aenter__(self) -> Self:
        """Starts everything; returns once the gateway accepts.

        Raises:
            Rejected: EMU560 (port), EMU561 (proxy), EMU564 (folder), and what loading the policies finds.
        """
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the gateway, then the proxy, then the upstream."""
        self._ready = None
        await self._stack.aclose()

    async def _start(self) -> None:
        listener = server.bind(self.options.host, self.options.port)
        self._stack.callback(listener.close)
        now = self.options.clock.now()
        folder = localfiles.open_run(
            self.options.runs, self.bundle.environment, now, self.options.ledger, self._proof()
        )
        self._stack.callback(folder.close)
        upstream_url = await self._start_upstream(folder)
        self._proxy = await self._start_proxy(folder)
        gateway = self._load_gateway(folder, self._proxy.url)
        self._stack.push_async_callback(gateway.aclose)
        front = HttpServer(self._front(gateway.app), [listener])
        self._stack.push_async_callback(front.stop)
        await front.start()
        host = f"[{self.options.host}]" if ":" in self.options.host else self.options.host
        url = f"http://{host}:{server.port_of(listener)}"
        self._ready = Ready(url, self._proxy.url, upstream_url, folder.ledger, self.keys, self.models)

    def _proof(self) -> str | None:
        """What the policies prove themselves with where it is no secret: the stand-in for a token."""
        return None if self._sends_secret() else TOKEN

    def _sends_secret(self) -> bool:
        name = f"{self.bundle.marker}proxy-proof"
        return any(value.id == name for value in self.bundle.named_values)

    def _upstream_app(self) -> Simulator | RecordedUpstream | None:
        match self.options.upstream:
            case SimulatedOptions() as options:
                if not options.deployments:
                    options = replace(options, deployments=simulated_deployments(self._routes))
                return Simulator(options)
            case RecordedOptions() as options:
                return RecordedUpstream(options, self.models, self.clients)
            case Address():
                return None

    async def _start_upstream(self, folder: RunFolder) -> str:
        """Starts the upstream, one port per backend and one for all, and writes the routes to them."""
        backends = [route.backend for route in self._routes.routes]
        if self.upstream is None or isinstance(self.options.upstream, Address):
            address = self.options.upstream
            if not isinstance(address, Address):
                raise AssertionError("only a given address has no application")
            suffix = "." + address.host.partition(".")[2]
            suffixes = () if address.loopback or suffix.count(".") < 3 else (suffix,)
            origins = dict.fromkeys(backends, address.url)
            folder.routes.write_text(self._routes.pointing(origins, suffixes), encoding="utf-8")
            return address.url
        listeners = [server.bind("127.0.0.1", 0) for _ in range(len(backends) + 1)]
        ports = [server.port_of(listener) for listener in listeners]
        behind = HttpServer(self.upstream, listeners)
        self._stack.push_async_callback(behind.stop)
        if isinstance(self.upstream, Simulator):
            self.upstream.bind(dict(zip(ports[1:], backends, strict=True)))
        await behind.start()
        origins = {name: f"http://127.0.0.1:{port}" for name, port in zip(backends, ports[1:], strict=True)}
        folder.routes.write_text(self._routes.pointing(origins, ()), encoding="utf-8")
        return f"http://127.0.0.1:{ports[0]}"

    async def _start_proxy(self, folder: RunFolder) -> ProxyProcess:
        proxy = ProxyProcess(
            ProxyOptions(
                folder.routes,
                folder.ledger,
                folder.proof_file,
                folder.log,
                self.options.proxy_start_seconds,
                thumbprint="" if self._sends_secret() else THUMBPRINT,
            )
        )
        await proxy.start()
        self._stack.push_async_callback(proxy.stop)
        return proxy

    def _load_gateway(self, folder: RunFolder, proxy_url: str) -> Gateway:
        bundle = self.bundle
        own = {f"{bundle.marker}proxy-proof": folder.proof, f"{bundle.marker}user-key": secrets.token_hex(32)}
        keys = {
            subscription: self.keys[tenant] if index == 0 else f"{self.keys[tenant]}-{index + 1}"
            for tenant, entities in bundle.tenants.items()
            for index, subscription in enumerate(entities.subscriptions)
        }
        return Gateway.load(
            self._build_dir,
            placeholders=self._placeholders(),
            keys=keys,
            named_values={**own, **self.options.named_values},
            without=self.options.without,
            clock=self.options.clock,
            transport=LoopbackTransport(proxy_url),
            upstream_headers=self.options.upstream_headers,
            on_outcome=self._note,
        )

    def _placeholders(self) -> dict[str, str]:
        known = {"proxyHost": PROXY_HOST, "apimClientId": _LOCAL_CLIENT_ID}
        endpoints = (name for name in self.bundle.placeholders if name.startswith("endpoint."))
        return {**known, **dict.fromkeys(endpoints, f"https://{PROXY_HOST}")}

    def _front(self, app: ASGIApp) -> ASGIApp:
        recorded = isinstance(self.upstream, RecordedUpstream)
        front: ASGIApp = Remembering(app, self.clients) if recorded else app
        if self.options.record is None:
            return front
        tenants = {key: tenant for tenant, key in self.keys.items()}
        self.recorder = Recorder(front, self.options.record, self.key_header, tenants, self.options.clock)
        self.recorder.write()  # a place that cannot be written is found now, not at the end
        self._stack.push_async_callback(self.recorder.aclose)
        return self.recorder

    def _note(self, outcome: Outcome) -> None:
        self.clients.forget(outcome.exchange_id)
        self.outcomes[outcome.exchange_id] = outcome
        while len(self.outcomes) > _OUTCOMES:
            self.outcomes.popitem(last=False)
        waiting = self._waiting.pop(outcome.exchange_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)

    async def outcome_of(self, exchange_id: str, seconds: float = 5.0) -> Outcome:
        """What became of a request that was sent with this `x-local-exchange`.

        Raises:
            TimeoutError: nothing became of it within so many seconds.
        """
        if exchange_id in self.outcomes:
            return self.outcomes[exchange_id]
        future = self._waiting.setdefault(exchange_id, asyncio.get_running_loop().create_future())
        return await asyncio.wait_for(asyncio.shield(future), seconds)

    def check(self) -> None:
        """Nothing while all parts live.

        Raises:
            Rejected: EMU562 when the proxy has ended.
        """
        if self._proxy is not None:
            self._proxy.check()

    async def until_failed(self) -> Diagnostic:
        """Waits until the proxy ends by itself, and says so; a healthy stack keeps it waiting."""
        if self._proxy is None:
            raise RuntimeError("the local gateway is not running")
        return await asyncio.shield(self._proxy.failed)


def simulated_deployments(routes: Routes) -> tuple[SimulatedDeployment, ...]:
    """The deployments that the routes lead to."""
    return tuple(
        SimulatedDeployment(item.deployment, item.backend, item.region, item.model) for item in routes.routes
    )
