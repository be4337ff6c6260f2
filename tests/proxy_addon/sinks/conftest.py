"""Journal folders with records, waiting without time, a loopback server with the ingestion API's rules."""

# ruff: noqa: ANN401 - fixtures: their classes stand in conftest, which tests cannot import

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gatewright.metering.record import Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage
from proxy_addon.journal import frames
from proxy_addon.journal.cursor import CursorStore
from proxy_addon.journal.settled import SettledReader, Source, segment_path
from proxy_addon.sinks.backoff import Backoff
from proxy_addon.sinks.dead_letters import DeadLetters
from proxy_addon.sinks.shipper import Shipper
from proxy_addon.sinks.sink import Entry, Pace, Sink, read_entry

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def make_record(number: int = 0, **fields: Any) -> UsageRecord:
    base: dict[str, Any] = {
        "time": START + timedelta(seconds=number),
        "usage": TokenUsage(input_tokens=100 + number, output_tokens=10, total_tokens=110 + number),
        "usage_source": UsageSource.REPORTED,
        "settlement": Settlement.COMPLETE,
        "tenant": "retail-search",
        "subscription": "gw-retail-search",
        "backend": "gw-sweden-gpt-41-ptu",
        "region": "swedencentral",
        "provider_name": "azure.ai.openai",
        "operation_name": "chat",
        "request_model": "chat",
        "deployment": "gpt-41-ptu",
        "response_model": "gpt-4.1-2025-04-14",
        "request_id": f"request-{number}",
        "status": 200,
        "duration_ms": 1250.5,
    }
    return UsageRecord(f"record-{number}", **{**base, **fields})


def make_entry(number: int = 0, **fields: Any) -> Entry:
    return read_entry(make_record(number, **fields).to_json().encode())


class Folder:
    """A journal folder that tests write: segments of frames, as the journal itself writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.segment = 1
        self.source = Source(path.name, SettledReader(path), CursorStore(path), live=True)

    def add(self, *lines: bytes) -> None:
        with segment_path(self.path, self.segment).open("ab") as stream:
            for number, line in enumerate(lines):
                stream.write(frames.encode(frames.BEGIN, b"begin-%d" % number, b"{}"))
                stream.write(frames.encode(frames.END, b"end-%d" % number, line))

    def records(self, *records: UsageRecord) -> None:
        self.add(*(record.to_json().encode() for record in records))


@dataclass
class FakeClock:
    """Time that only waiting moves."""

    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def steady(self) -> float:
        return (self.time - START).total_seconds()


@dataclass
class FakePause:
    """Waiting that takes no time; a stop comes in the last of so many waits and leaves time for no other."""

    clock: FakeClock = field(default_factory=FakeClock)
    waits: list[float] = field(default_factory=list)
    breaths: int = 0
    most: int = 10_000
    stopped: bool = False
    expired: bool = False

    def wait(self, seconds: float) -> bool:
        assert seconds >= 0
        if self.stopped:
            self.expired = True
            return False
        self.waits.append(seconds)
        self.clock.time += timedelta(seconds=seconds)
        self.stopped = len(self.waits) >= self.most
        return True

    def breathe(self) -> None:
        self.breaths += 1


@dataclass
class Bench:
    """A shipper over one folder, without threads and without time."""

    path: Path
    folder: Folder
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.pause = FakePause(self.clock)
        self.dead = DeadLetters(self.path / "dead", "test", self.clock)

    def shipper(self, sink: Sink, pace: Pace | None = None, *others: Folder) -> Shipper:
        sources = [self.folder.source, *(other.source for other in others)]
        backoff = Backoff(lambda: 1.0)
        return Shipper("test", sink, lambda: sources, self.dead, self.pause, backoff, pace or Pace())

    def buried(self) -> list[dict[str, Any]]:
        if not self.dead.path.exists():
            return []
        return [json.loads(line) for line in self.dead.path.read_text("utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "replica-1")


@pytest.fixture
def bench(tmp_path: Path, folder: Folder) -> Bench:
    return Bench(tmp_path, folder)


@pytest.fixture
def record() -> Callable[..., UsageRecord]:
    return make_record


@pytest.fixture
def entry() -> Callable[..., Entry]:
    return make_entry


@pytest.fixture
def new_bench() -> Callable[[Path], Bench]:
    return lambda path: Bench(path, Folder(path / "replica-1"))


RULE = "dcr-" + "0123456789abcdef" * 2
STREAM = "Custom-OpenAIChargeback_CL"
TOKEN = "token-of-the-managed-identity"
MOST_BYTES = 1024 * 1024
FIELD_BYTES = 64 * 1024
TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda v: isinstance(v, str),
    "datetime": lambda v: isinstance(v, str) and datetime.fromisoformat(v).tzinfo is not None,
    "int": lambda v: type(v) is int and -(2**31) <= v < 2**31,
    "long": lambda v: type(v) is int and -(2**63) <= v < 2**63,
    "real": lambda v: type(v) in (int, float),
    "boolean": lambda v: type(v) is bool,
    "dynamic": lambda v: isinstance(v, dict | list),
}


@dataclass
class Reply:
    """What the server does instead of its rules: answer `status`, or `cut` before or after storing."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    body: bytes = b""


@dataclass
class Call:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    sent: int
    raw: bytes


class Receiver:
    """A loopback HTTP server that plays the ingestion API, the identity endpoint and an OTLP collector.

    Source of the rules: https://learn.microsoft.com/azure/azure-monitor/service-limits (Logs Ingestion API),
    the specification 2023-01-01, and, where the service would quietly drop or cast a value, our own reading:
    this one refuses or notes it.
    """

    def __init__(self, columns: dict[str, str]) -> None:
        self.columns = columns
        self.rows: list[dict[str, Any]] = []
        self.calls: list[Call] = []
        self.script: list[Reply] = []
        self.dropped: set[str] = set()
        self.truncated: set[str] = set()
        self.poison: set[str] = set()
        self.resources: list[str] = []
        self.down = False
        self.arrived = threading.Semaphore(0)
        handler = type("Handler", (_Handler,), {"receiver": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def ids(self) -> list[str]:
        return [row["RecordId"] for row in self.rows]

    def ingest(self, call: Call) -> Reply:
        path = urlsplit(call.path)
        match = re.fullmatch(r"/dataCollectionRules/([^/]+)/streams/([^/]+)", path.path)
        if match is None or parse_qs(path.query) != {"api-version": ["2023-01-01"]}:
            return _fault(404, "NotFound")
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return _fault(403, "OperationFailed")
        if match[1] != RULE:
            return _fault(404, "NotFound")
        if match[2] != STREAM:
            return _fault(400, "InvalidStream")
        if max(call.sent, len(call.raw)) > MOST_BYTES:
            return _fault(413, "ContentLengthLimitExceeded")
        rows = json.loads(call.raw)
        if not isinstance(rows, list) or not rows:
            return _fault(400, "InvalidPayload")
        if not all(self.fits(row) for row in rows):
            return _fault(400, "InvalidRecord")
        self.rows.extend(rows)
        return Reply()

    def fits(self, row: dict[str, Any]) -> bool:
        if row.get("RecordId") in self.poison or "TimeGenerated" not in row:
            return False
        for name, value in row.items():
            kind = self.columns.get(name)
            if kind is None:
                self.dropped.add(name)
            elif not TYPES[kind](value):
                return False
            if isinstance(value, str) and len(value.encode()) > FIELD_BYTES:
                self.truncated.add(name)
        return True


def _fault(status: int, code: str) -> Reply:
    body = json.dumps({"error": {"code": code, "message": "what was sent: a secret of the row"}}).encode()
    return Reply(status, {"x-ms-error-code": code}, body=body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:  # the identity endpoint of Container Apps
        query = parse_qs(urlsplit(self.path).query)
        known = self.headers.get("x-identity-header") == "secret-of-the-endpoint"
        if not known or query.get("api-version") != ["2019-08-01"]:
            body = b'{"statusCode":400,"message":"no identity: secret-of-the-endpoint"}'
            self.reply(Reply(400, {"content-type": "application/json"}, body=body))
            return
        self.receiver.resources.append(query["resource"][0] + " " + query.get("client_id", [""])[0])
        answer = {"access_token": TOKEN, "expires_on": "4102444800", "token_type": "Bearer"}
        answer["resource"] = query["resource"][0]
        headers = {"content-type": "application/json"}
        self.reply(Reply(200, headers, body=json.dumps(answer).encode()))

    def do_POST(self) -> None:
        receiver = self.receiver
        body = self.body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        call = Call(self.path, headers, len(body), raw)
        receiver.calls.append(call)
        receiver.arrived.release()
        planned = receiver.script.pop(0) if receiver.script else None
        if receiver.down or (planned and planned.cut == "before"):
            self.close_connection = True
            self.connection.close()
            return
        if planned and not planned.cut:
            self.reply(planned)
            return
        reply = receiver.ingest(call)
        if planned:
            self.close_connection = True
            self.connection.close()
            return
        self.reply(reply)

    def body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        if reply.status != 204:
            self.wfile.write(reply.body)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    from proxy_addon.sinks import columns

    found = Receiver({column.name: column.type for column in columns.load().columns})
    yield found
    found.close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


def drain(shipper: Shipper, most: int = 1000) -> None:
    for _ in range(most):
        if not shipper.round():
            return
    raise AssertionError("the shipper does not come to an end")


@pytest.fixture
def ship() -> Callable[[Shipper], None]:
    return drain


@pytest.fixture
def numbers() -> Callable[[Sequence[str]], list[int]]:
    return lambda ids: [int(text.rpartition("-")[2]) for text in ids]
