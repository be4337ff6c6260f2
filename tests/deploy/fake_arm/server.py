"""The HTTP side: routing, ETags, paging, long-running shapes, and everything that can go wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.deploy.fake_arm.contract import Contract
from tests.deploy.fake_arm.store import Refused, Store

SERVICE = (
    "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/sample-rg"
    "/providers/Microsoft.ApiManagement/service/sample-apim"
)
LONG = ("namedValues/", "policyFragments/")


@dataclass
class Options:
    """How the fake behaves.

    Attributes:
        readback: of policies: verbatim, escaped, reindented.
        shape: of long-running writes: immediate, location, async, accepted (202 as the first answer), failed.
        page_size: entities on a page of a list.
        cut_at: the number (from 1) of the request at which the connection is cut; 0 for never.
        cut_after: cut after the request took effect, not before.
        fail: called with method and path of each request; a status to answer instead of doing it, or None.
        before: called with method and path just before a request is done.
        hide_values: do not return the text of named values.
    """

    readback: str = "verbatim"
    shape: str = "location"
    page_size: int = 100
    cut_at: int = 0
    cut_after: bool = False
    fail: Callable[[str, str], int | None] = lambda method, path: None
    before: Callable[[str, str], None] = lambda method, path: None
    hide_values: bool = False


@dataclass
class FakeArm:
    """A running fake; `calls` are method, path below the service, status (0 where it was cut)."""

    options: Options = field(default_factory=Options)
    contract: Contract | None = None
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    contract_faults: list[str] = field(default_factory=list)
    store: Store = field(default_factory=lambda: Store(SERVICE))

    def __enter__(self) -> FakeArm:
        fake = self

        class Handler(_Handler):
            arm = fake

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Method and path of every write that was not refused."""
        return [(method, path) for method, path, _ in self.calls if method in {"PUT", "DELETE", "POST"}]

    def forget(self) -> None:
        self.calls.clear()


class _Handler(BaseHTTPRequestHandler):
    arm: FakeArm
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.handle_call("GET")

    def do_PUT(self) -> None:
        self.handle_call("PUT")

    def do_DELETE(self) -> None:
        self.handle_call("DELETE")

    def do_POST(self) -> None:
        self.handle_call("POST")

    def handle_call(self, method: str) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = unquote(url.path)
        path = whole.removeprefix(SERVICE).strip("/")
        arm, options = self.arm, self.arm.options
        with arm.store.lock:
            arm.calls.append((method, path, 0))
            number = len(arm.calls)
        if number == options.cut_at and not options.cut_after:
            self.cut()
            return
        arm.store.readback, arm.store.hide_values = options.readback, options.hide_values
        try:
            status, headers, answer = self.answer(method, whole, path, query, body)
        except Refused as refused:
            status, headers = refused.status, {}
            answer = {"error": {"code": refused.code, "message": refused.message, "details": None}}
            if refused.status in {429, 503}:
                headers["Retry-After"] = "0"
        if number == options.cut_at:
            self.cut()
            return
        arm.calls[number - 1] = (method, path, status)
        self.send(status, headers, answer)

    def answer(
        self, method: str, whole: str, path: str, query: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], Any]:
        if not self.headers.get("Authorization"):
            raise Refused(401, "AuthenticationFailed", "Authentication failed.")
        status = self.arm.options.fail(method, path)
        if status is not None:
            raise Refused(status, *SAID.get(status, ("ServerError", "Something went wrong.")))
        if path.startswith("polls/"):
            return self.poll(path)
        if not whole.startswith(SERVICE):
            raise Refused(404, "ResourceNotFound", f"The Resource '{whole}' was not found.")
        if self.arm.contract:
            found = self.arm.contract.faults(method, whole, query, self.headers, body)
            if found:
                self.arm.contract_faults += [f"{method} {path}: {fault}" for fault in found]
                raise Refused(400, "ValidationError", "; ".join(found))
        self.arm.options.before(method, path)
        match method:
            case "GET":
                return self.get(path, query)
            case "PUT":
                return self.put(path, body)
            case "DELETE":
                return self.delete(path)
        raise Refused(405, "MethodNotAllowed", method)

    def get(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        store = self.arm.store
        if not path:
            return 200, {}, {"id": SERVICE, "name": "sample-apim", "properties": {}}
        if path.count("/") % 2 == 0:
            return 200, {}, self.page(path, query)
        with store.lock:
            if path not in store.entities:
                raise Refused(404, "ResourceNotFound", f"{path} not found")
            return 200, {"ETag": store.etags[path]}, store.shown(path)

    def page(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        names = self.arm.store.children(path)
        start, size = int(query.get("$skip", 0)), self.arm.options.page_size
        with self.arm.store.lock:
            items = [self.arm.store.shown(name) for name in names[start : start + size]]
        for item in items:
            if item["type"].endswith("/policyFragments"):
                item["properties"].pop("value")
        answer: dict[str, Any] = {"value": items, "count": len(names)}
        if start + size < len(names):
            version = query["api-version"]
            answer["nextLink"] = (
                f"{self.arm.url}{SERVICE}/{path}?api-version={version}&%24skip={start + size}"
            )
        return answer

    def put(self, path: str, body: bytes) -> tuple[int, dict[str, str], Any]:
        store, shape = self.arm.store, self.arm.options.shape
        properties = json.loads(body)["properties"] if body else {}
        with store.lock:
            self.check_etag(path)
            is_long = path.startswith(LONG) or (path.startswith("apis/") and path.count("/") == 1)
            if is_long and shape == "accepted":
                store.put(path, properties)
                return 202, {"Location": self.poll_url("location", path)}, None
            is_new = store.put(path, properties)
            status = 201 if is_new else 200
            headers = {"ETag": store.etags[path]}
            if is_long and shape != "immediate":
                name = "Location" if shape == "location" else "Azure-AsyncOperation"
                headers |= {name: self.poll_url(shape, path), "Retry-After": "0"}
                status = 201
            return status, headers, store.shown(path)

    def poll_url(self, shape: str, path: str) -> str:
        return f"{self.arm.url}/polls/{shape}/1/{path}"

    def poll(self, path: str) -> tuple[int, dict[str, str], Any]:
        """The first look says that it is not done, the second that it is."""
        _, shape, number, entity = path.split("/", 3)
        again = f"{self.arm.url}/polls/{shape}/2/{entity}"
        if shape == "location":
            if number == "1":
                return 202, {"Location": again, "Retry-After": "0"}, None
            return 200, {}, self.arm.store.shown(entity)
        if shape == "failed":
            error = {"code": "ValidationError", "message": "One or more fields contain incorrect values"}
            return 200, {}, {"status": "Failed", "error": error}
        return 200, {"Retry-After": "0"}, {"status": "Succeeded"}

    def delete(self, path: str) -> tuple[int, dict[str, str], Any]:
        with self.arm.store.lock:
            if path not in self.arm.store.entities:
                return 204, {}, None
            self.check_etag(path)
            self.arm.store.delete(path)
        is_api = path.startswith("apis/") and path.count("/") == 1
        return (204 if is_api else 200), {}, None

    def check_etag(self, path: str) -> None:
        wanted = self.headers.get("If-Match")
        found = self.arm.store.etags.get(path)
        if wanted not in {None, "*", found}:
            raise Refused(412, "PreconditionFailed", f"Resource {path} has been modified since it was read")
        if self.headers.get("If-None-Match") == "*" and found is not None:
            raise Refused(412, "PreconditionFailed", f"Resource {path} exists")

    def cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)

    def send(self, status: int, headers: dict[str, str], answer: dict[str, Any] | None) -> None:
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


SAID = {
    401: ("AuthenticationFailed", "Authentication failed."),
    403: ("AuthorizationFailed", "The client does not have authorization to perform the action."),
    409: ("Conflict", "Another operation is in progress on the service."),
    429: ("TooManyRequests", "Too many requests. Please retry."),
    503: ("ServiceUnavailable", "The service is unavailable."),
}
