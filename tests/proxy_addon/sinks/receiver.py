"""A loopback server with the rules of the ingestion API."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
