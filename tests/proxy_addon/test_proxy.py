"""The proxy without sockets: what it counts, and when it refuses."""

from __future__ import annotations

import json

from gatewright.metering.attribution import Proofs
from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from proxy_addon import faults
from proxy_addon.admission import Head
from proxy_addon.clock import SystemClock
from proxy_addon.exchange import Ending
from proxy_addon.proxy import Proxy
from proxy_addon.routes import read

SECRET = "sixteen-or-more-characters"
HEADERS = (
    ("x-gatewright-tenant", "retail-search"),
    ("x-gatewright-subscription", "gw-retail"),
    ("x-gatewright-request-id", "11111111-2222-3333-4444-555555555555"),
    ("x-gatewright-model", "chat"),
    ("x-gatewright-proof", SECRET),
)
HEAD = Head("POST", b"/b/gw-a/-/openai/deployments/chat/chat/completions", HEADERS)


class Sink:
    """A recorder in memory."""

    written = lost = unbegun = waiting = 0

    def __init__(self) -> None:
        self.failure: str | None = None
        self.begun: list[str] = []
        self.lines: list[str] = []

    @property
    def writable(self) -> bool:
        return self.failure is None

    def begin(self, record_id: str, text: str) -> bool:
        if self.writable:
            self.begun.append(text)
        return self.writable

    def end(self, record_id: str, text: str) -> None:
        self.lines.append(text)


def make() -> tuple[Proxy, Sink]:
    route = {"endpoint": "https://a.openai.azure.com", "deployment": "d-1", "region": "eu"}
    routes = {"gw-a": {**route, "provider": "azure.ai.openai", "models": ["chat"]}}
    text = json.dumps({"version": 1, "routes": routes, "allowedHostSuffixes": [".openai.azure.com"]})
    sink, ids = Sink(), iter("abcdefgh")
    table = read(text, "r", allow_loopback=False)
    return Proxy(table, Proofs([SECRET.encode()]), sink, SystemClock(), lambda: next(ids)), sink


def test_settling_twice_writes_once() -> None:
    proxy, sink = make()
    assert proxy.begin("1", HEAD) is None
    assert proxy.open_count == 1
    proxy.settle("1", Ending.CLIENT_LEFT)
    proxy.settle("1", Ending.COMPLETE)
    assert (len(sink.lines), proxy.open_count) == (1, 0)
    assert proxy.counts["aborted_by_client"] == 1


def test_what_is_open_at_the_end_is_settled_once() -> None:
    proxy, sink = make()
    for key in ("1", "2"):
        proxy.begin(key, HEAD)
    assert (proxy.settle_open(), proxy.settle_open()) == (2, 0)
    assert len({json.loads(line)["record_id"] for line in sink.lines}) == 2


def test_a_journal_that_cannot_be_written_refuses_new_traffic_and_says_why() -> None:
    proxy, sink = make()
    proxy.begin("1", HEAD)
    sink.failure = "No space left on device"
    proxy.settle("1", Ending.COMPLETE)
    assert proxy.begin("2", HEAD) is faults.LEDGER_UNWRITABLE
    ready = proxy.probe("GET", b"/ready")
    health = proxy.probe("GET", b"/health")
    assert ready is not None
    assert health is not None
    assert (ready.status, health.status) == (503, 200)
    assert json.loads(ready.body)["reason"] == "No space left on device"
    sink.failure = None
    assert proxy.begin("2", HEAD) is None


def test_a_begin_that_cannot_be_written_is_not_forwarded_and_leaves_a_row() -> None:
    proxy, sink = make()
    assert proxy.begin("1", HEAD) is None
    sink.failure = "No space left on device"
    assert proxy.forward("1", b"{}") is faults.LEDGER_UNWRITABLE
    proxy.settle("1", Ending.COMPLETE)
    assert [UsageRecord.read(line).error_type for line in sink.lines] == ["ledger-unwritable"]


def test_a_begin_is_the_record_that_is_true_if_nothing_follows() -> None:
    proxy, sink = make()
    proxy.begin("1", HEAD)
    proxy.forward("1", b'{"stream":true}')
    crashed = UsageRecord.read(sink.begun[0])
    proxy.settle("1", Ending.CLIENT_LEFT)
    settled = UsageRecord.read(sink.lines[0])
    assert crashed.settlement is Settlement.CRASHED
    assert crashed.usage_source is UsageSource.MISSING
    same = ["record_id", "time", "tenant", "subscription", "user", "backend", "region", "provider_name"]
    same += ("operation_name", "request_model", "deployment", "request_id", "stream")
    assert [getattr(crashed, name) for name in same] == [getattr(settled, name) for name in same]


def test_new_routes_are_for_new_requests_alone() -> None:
    proxy, _ = make()
    proxy.begin("1", HEAD)
    assert not isinstance(proxy.forward("1", b"{}"), faults.Fault)
    proxy.use(
        read(
            '{"version":1,"routes":{},"allowedHostSuffixes":[".openai.azure.com"]}', "r", allow_loopback=False
        )
    )
    assert proxy.begin("2", HEAD) is faults.UNKNOWN_ROUTE
    assert proxy.may_connect("a.openai.azure.com", 443)
    proxy.settle("1", Ending.COMPLETE)
    assert not proxy.may_connect("a.openai.azure.com", 443)


def test_draining_refuses_with_a_row_and_is_not_ready() -> None:
    proxy, sink = make()
    proxy.begin_draining()
    assert proxy.begin("1", HEAD) is faults.DRAINING
    proxy.settle("1", Ending.COMPLETE)
    assert json.loads(sink.lines[0])["error_type"] == "draining"
    ready = proxy.probe("GET", b"/ready?x")
    assert ready is not None
    assert ready.status == 503


def test_an_unproven_request_leaves_no_row_but_is_counted() -> None:
    proxy, sink = make()
    assert proxy.begin("1", Head("POST", HEAD.target, HEADERS[:-1])) is faults.NO_PROOF
    proxy.settle("1", Ending.COMPLETE)
    assert (sink.lines, proxy.counts["no-proof"]) == ([], 1)


def test_only_the_probes_are_answered() -> None:
    proxy, _ = make()
    assert proxy.probe("POST", b"/health") is None
    assert proxy.probe("GET", b"/healthz") is None
    metrics = proxy.probe("GET", b"/metrics")
    assert metrics is not None
    assert metrics.media_type.startswith("text/plain")


def test_an_answer_of_the_proxy_counts_once_by_its_first_fault() -> None:
    proxy, sink = make()
    proxy.begin("1", Head("POST", b"/elsewhere", HEAD.headers))
    proxy.refuse("1", faults.BODY_TOO_LARGE)
    proxy.settle("1", Ending.CLIENT_LEFT)
    assert (proxy.counts["bad-path"], proxy.counts["body-too-large"]) == (1, 0)
    assert json.loads(sink.lines[0])["error_type"] == "bad-path"
