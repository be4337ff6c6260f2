"""Recorded traffic sent through the local stack: what became of each request, and of all of them.

Requests are sent as recorded, with the deployment or model replaced by its alias and the key by the tenant's
local one. Nothing is retried here. What the gateway does not serve is skipped, and the row says why.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import httpx

from gatewright.diagnostics import Code, Rejected, Severity, nearest
from gatewright.harness import requestmap, summary
from gatewright.harness.exchanges import HEADER
from gatewright.harness.local import LocalGateway
from gatewright.harness.outcome import Outcome
from gatewright.harness.requestmap import Located, Map
from gatewright.harness.summary import Summary
from gatewright.harness.upstreams.recorded import RecordedUpstream
from gatewright.metering.injection import StreamFilter
from gatewright.metering.record import UsageRecord
from gatewright.recordings import Exchange, Source

NO_TENANT = Code(
    "EMU554",
    "no-such-tenant",
    Severity.ERROR,
    "A replay names a tenant that the bundle does not have.",
    unreadable=True,
)

_NOT_SENT = frozenset(
    "accept-encoding authorization connection content-length cookie expect host keep-alive "
    "proxy-authorization te transfer-encoding upgrade x-local-exchange".split()
)
_LEDGER_SECONDS = 10.0
_PROXY_FAULT = 530
UNKNOWN_KEY = "not-a-key"


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """How recorded traffic is sent.

    Attributes:
        tenant: whose requests those are that do not say so themselves.
        names: recorded deployments and models with their aliases.
        parallel: so many requests at a time; 1 keeps the recorded order.
        timeout_seconds: how long an answer may take to begin, and to go on.
        on_row: called with each finished row, such as for a progress bar.
    """

    tenant: str | None = None
    names: Map = ()
    parallel: int = 1
    timeout_seconds: float = 600.0
    on_row: Callable[[Row], None] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one recorded exchange.

    Attributes:
        source: where it is recorded.
        skipped: why it was not sent, None when it was.
        tenant: whose key it was sent with, None for a key that nobody has.
        model: the alias it was sent to.
        recorded_status: the status in the recording.
        status: the status that the client got, None when the connection ended before the answer did.
        outcome: what the gateway says about it.
        difference: how the client's answer differs from the recorded one, where the upstream answers from
            recordings; None when it does not, or cannot be compared.
        usage_hidden: the answer differs only by usage that the recording holds though nobody had asked for
            it.
    """

    source: Source
    skipped: str | None = None
    tenant: str | None = None
    model: str | None = None
    recorded_status: int | None = None
    status: int | None = None
    outcome: Outcome | None = None
    difference: str | None = None
    usage_hidden: bool = False

    def to_json(self) -> dict[str, object]:
        """The row as JSON values."""
        return {
            "source": {"file": self.source.file, "entry": self.source.entry},
            "skipped": self.skipped,
            "tenant": self.tenant,
            "model": self.model,
            "recorded_status": self.recorded_status,
            "status": self.status,
            "request_id": self.outcome.request_id if self.outcome else None,
            "difference": self.difference,
            "usage_hidden": self.usage_hidden,
            "outcome": self.outcome.to_json() if self.outcome else None,
        }


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of a replay: a row per recorded exchange in recorded order, and all in numbers.

    Attributes:
        rows: one per exchange.
        skipped: reasons with their number.
        differences: rows whose answer differs from the recorded one.
        summary: the requests that were sent, in numbers.
        records: the usage records that the proxy wrote for them.
    """

    rows: tuple[Row, ...]
    skipped: dict[str, int]
    differences: int
    summary: Summary
    records: tuple[UsageRecord, ...] = field(repr=False)

    def to_json(self) -> dict[str, object]:
        """The result as JSON values."""
        return {
            "rows": [row.to_json() for row in self.rows],
            "skipped": self.skipped,
            "differences": self.differences,
            "summary": self.summary.to_json(),
        }


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the client got: no status when the connection ended before the answer did."""

    status: int | None
    body: bytes
    outcome: Outcome


async def replay(exchanges: Iterable[Exchange], local: LocalGateway, options: ReplayOptions) -> ReplayResult:
    """Sends recorded requests through a running local stack.

    Raises:
        Rejected: EMU553, EMU554 for an alias or tenant that is not there, EMU562 when the proxy ends.
    """
    recorded = tuple(exchanges)
    _check_tenants(recorded, local, options)
    requestmap.check_map(options.names, local.models)
    before = len(summary.read_ledger(local.ready.ledger))
    rows: list[Row | None] = [None] * len(recorded)
    turns = asyncio.Semaphore(max(1, options.parallel))
    async with _client(local, options) as client:

        async def one(index: int) -> None:
            async with turns:
                row = await _one(index, recorded[index], local, options, client)
                rows[index] = row
                if options.on_row is not None:
                    options.on_row(row)

        if options.parallel <= 1:
            for index in range(len(recorded)):
                await one(index)
        else:
            await asyncio.gather(*(one(index) for index in range(len(recorded))))
    done = tuple(row for row in rows if row is not None)
    outcomes = [row.outcome for row in done if row.outcome is not None]
    records = (await settled(local, outcomes, before))[before:]
    skipped: dict[str, int] = {}
    for row in done:
        if row.skipped is not None:
            skipped[row.skipped] = skipped.get(row.skipped, 0) + 1
    differences = sum(1 for row in done if row.difference is not None)
    return ReplayResult(done, skipped, differences, summary.summarise(outcomes, records), records)


def _check_tenants(recorded: Sequence[Exchange], local: LocalGateway, options: ReplayOptions) -> None:
    wanted = {item.tenant for item in recorded} | {options.tenant}
    unknown = sorted(name for name in wanted if name is not None and name not in local.keys)
    faults = []
    for name in unknown:
        close = nearest(name, local.keys)
        hint = f"did you mean {close}?" if close else f"known are {', '.join(sorted(local.keys))}"
        faults.append(NO_TENANT.at(None, f'no tenant is called "{name}"', hint=hint))
    if faults:
        raise Rejected(faults)


def _client(local: LocalGateway, options: ReplayOptions) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=local.ready.gateway,
        timeout=options.timeout_seconds,
        trust_env=False,
        limits=httpx.Limits(max_connections=max(1, options.parallel)),
    )


async def _one(
    index: int, exchange: Exchange, local: LocalGateway, options: ReplayOptions, client: httpx.AsyncClient
) -> Row:
    local.check()
    source = exchange.source or Source("", index)
    found = requestmap.locate(
        exchange.method, exchange.url, exchange.request_body, local.models, options.names
    )
    tenant = options.tenant if exchange.tenant is None else exchange.tenant
    if not isinstance(found, Located):
        return Row(source, skipped=found.reason)
    if tenant is None and exchange.status not in (401, 403):
        return Row(source, skipped="it does not say whose request it is, and no tenant was given")
    answer = await _send(f"r{index}", exchange, found, tenant, local, client)
    difference, hidden = None, False
    if isinstance(local.upstream, RecordedUpstream):
        difference, hidden = _compare(exchange, answer)
    return Row(
        source=source,
        tenant=tenant,
        model=found.alias,
        recorded_status=exchange.status,
        status=answer.status,
        outcome=answer.outcome,
        difference=difference,
        usage_hidden=hidden,
    )


async def _send(
    name: str,
    exchange: Exchange,
    found: Located,
    tenant: str | None,
    local: LocalGateway,
    client: httpx.AsyncClient,
) -> _Answer:
    """Sends one request, with a key that nobody has where the recorded one had none that counted."""
    key_header = local.key_header
    headers = [
        (key, value)
        for key, value in exchange.request_headers
        if key.lower() not in _NOT_SENT and key.lower() != key_header and not key.startswith(":")
    ]
    exchange_id = f"{local.run}-{name}-{hashlib.sha256(found.body).hexdigest()[:8]}"
    headers += [(HEADER, exchange_id), ("accept-encoding", "identity")]
    headers.append((key_header, UNKNOWN_KEY if tenant is None else local.keys[tenant]))
    target = found.path + (f"?{found.query}" if found.query else "")
    status, parts = None, list[bytes]()
    try:
        async with client.stream(found.method, target, content=found.body, headers=headers) as response:
            status = response.status_code
            async for part in response.aiter_raw():
                parts.append(part)
    except (httpx.RemoteProtocolError, httpx.ReadError):
        status = None
    local.check()
    return _Answer(status, b"".join(parts), await local.outcome_of(exchange_id))


def _compare(exchange: Exchange, answer: _Answer) -> tuple[str | None, bool]:
    """How an answer differs from the recorded one; and whether only by usage that nobody had asked for."""
    if answer.status is None:
        return f"the connection ended, recorded {exchange.status}", False
    if answer.status != exchange.status:
        return f"status {answer.status}, recorded {exchange.status}", False
    if answer.body == exchange.response_body:
        return None, False
    tap = StreamFilter()
    if answer.body == b"".join([*tap.feed(exchange.response_body), *tap.finish()]):
        return None, True
    pairs = zip(answer.body, exchange.response_body, strict=False)
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    at = min(len(answer.body), len(exchange.response_body)) if same is None else same
    return f"the body differs from byte {at} on", False


async def settled(
    local: LocalGateway, outcomes: Iterable[Outcome], before: int = 0
) -> tuple[UsageRecord, ...]:
    """The ledger, once it has a record for each attempt of these outcomes that got an answer.

    A record of a cut exchange may come a moment after the client has its answer; after ten seconds what is
    there counts.
    """
    tried = [attempt.status for item in outcomes for attempt in item.attempts]
    wanted = before + sum(1 for status in tried if status not in (None, _PROXY_FAULT))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _LEDGER_SECONDS
    records = summary.read_ledger(local.ready.ledger)
    while len(records) < wanted and loop.time() < deadline:
        await asyncio.sleep(0.02)
        records = summary.read_ledger(local.ready.ledger)
    return records
