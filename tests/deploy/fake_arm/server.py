"""The HTTP side: routing, ETags, paging, long-running shapes, and everything that can go wrong."""

from __future__ import annotations

import contextlib
import json
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.deploy.fake_arm.contract import Contract
from tests.deploy.fake_arm.store import Refused, Store
from tests.deploy.loopback import JsonHandler, Loopback

SERVICE = (
    "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/sample-rg"
    "/providers/Microsoft.ApiManagement/service/sample-apim"
)
ABOUT = {
    "id": SERVICE,
    "name": "sample-apim",
    "location": "West Europe",
    "sku": {"name": "StandardV2", "capacity": 2},
    "properties": {"publisherName": "Sample AI", "publisherEmail": "ai@example.org"},
}
LOG = f"{SERVICE.partition('/resourceGroups')[0]}/providers/Microsoft.Insights/eventtypes/management/values"
LOG_FILTER = re.compile(r"eventTimestamp ge '(\S+)' and eventTimestamp le '(\S+)' and resourceUri eq '(\S+)'")
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
        stranger: called as `fail`; status and HTML of a proxy that answers in Azure's place, or None.
        hide_values: do not return the text of named values.
        retry_after: seconds that throttling asks for.
    """

    readback: str = "verbatim"
    shape: str = "location"
    page_size: int = 100
    cut_at: int = 0
    cut_after: bool = False
    fail: Callable[[str, str], int | None] = lambda method, path: None
    before: Callable[[str, str], None] = lambda method, path: None
    stranger: Callable[[str, str], tuple[int, str] | None] = lambda method, path: None
    hide_values: bool = False
    retry_after: str = "0"


@dataclass
class FakeArm:
    """A running fake; `calls` are method, path below the service, status (0 where it was cut);
    `most` is how many were answered at once, `others` what stands at paths outside of the service."""

    options: Options = field(default_factory=Options)
    contract: Contract | None = None
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    contract_faults: list[str] = field(default_factory=list)
    store: Store = field(default_factory=lambda: Store(SERVICE))
    tls: ssl.SSLContext | None = None
    others: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    running: int = 0
    most: int = 0

    def __enter__(self) -> FakeArm:
        fake = self

        class Handler(_Handler):
            arm = fake

        self.server = Loopback(Handler, self.tls)
        self.server.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.end()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server.server_address[1]}"

    @property
    def tokens(self) -> set[str]:
        """What may stand in Authorization: the token for this place, or anything without TLS."""
        if self.tls is None:
            return {"Bearer loopback", "Bearer x"}
        return {f"Bearer token-for-{self.url}", "Bearer token-for-https://management.azure.com"}

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Method and path of everything but reading."""
        return [
            (method, path)
            for method, path, _ in self.calls
            if method != "GET" and not path.endswith("/listSecrets")
        ]

    def log(
        self, path: str, caller: str, at: str, *, action: str = "write", status: str = "Succeeded"
    ) -> None:
        """Notes in the Activity Log that somebody did something to an entity."""
        kind = "/".join(path.split("/")[::2])
        self.events.append(
            {
                "resourceId": f"{SERVICE}/{path}",
                "caller": caller,
                "eventTimestamp": at,
                "operationName": {"value": f"Microsoft.ApiManagement/service/{kind}/{action}"},
                "status": {"value": status},
            }
        )

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Around the making of an answer; over before a client has it and may ask for the next."""
        with self.store.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            yield
        finally:
            with self.store.lock:
                self.running -= 1

    def forget(self) -> None:
        self.calls.clear()
        self.most = 0


class _Handler(JsonHandler):
    arm: FakeArm

    def handle_call(self, method: str) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # whoever asked is gone
            self.cut()
            return
        whole = unquote(url.path)
        path = whole.removeprefix(SERVICE).strip("/")
        arm = self.arm
        with arm.store.lock:
            arm.calls.append((method, path, 0))
            number = len(arm.calls)
        self.handle_numbered(method, number, path, whole, query, body)

    def handle_numbered(
        self, method: str, number: int, path: str, whole: str, query: dict[str, str], body: bytes
    ) -> None:
        arm, options = self.arm, self.arm.options
        if number == options.cut_at and not options.cut_after:
            self.cut()
            return
        stranger = options.stranger(method, path)
        if stranger:
            arm.calls[number - 1] = (method, path, stranger[0])
            self.send_html(*stranger)
            return
        arm.store.readback, arm.store.hide_values = options.readback, options.hide_values
        try:
            with arm.counted():
                status, headers, answer = self.answer(method, whole, path, query, body)
        except Refused as refused:
            status, headers = refused.status, {}
            answer = {"error": {"code": refused.code, "message": refused.message, "details": None}}
            if refused.status in {429, 503}:
                headers["Retry-After"] = options.retry_after
        if number == options.cut_at:
            self.cut()
            return
        arm.calls[number - 1] = (method, path, status)
        self.send(status, answer, headers)

    def answer(
        self, method: str, whole: str, path: str, query: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], Any]:
        if self.headers.get("Authorization") not in self.arm.tokens:
            raise Refused(401, "AuthenticationFailed", "Authentication failed.")
        status = self.arm.options.fail(method, path)
        if status is not None:
            raise Refused(status, *SAID.get(status, ("ServerError", "Something went wrong.")))
        if path.startswith("polls/"):
            return self.poll(path)
        if whole in self.arm.others and method == "GET":
            return 200, {}, self.arm.others[whole]
        if whole == LOG:
            return self.log(query)
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
            case "PATCH":
                with self.arm.store.lock:
                    self.check_etag(path)
                    self.arm.store.patch(path, json.loads(body)["properties"])
                    return 200, {"ETag": self.arm.store.etags[path]}, self.arm.store.shown(path)
            case "POST":
                parent, _, action = path.rpartition("/")
                answer = self.arm.store.act(parent, action)
                return (204 if answer is None else 200), {}, answer
        raise Refused(405, "MethodNotAllowed", method)

    def get(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        store = self.arm.store
        if not path:
            return 200, {}, ABOUT
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

    def log(self, query: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        """The Activity Log: events of one resource, newest first, two on a page."""
        found = LOG_FILTER.fullmatch(query.get("$filter", ""))
        if query.get("api-version") != "2015-04-01" or found is None:
            raise Refused(400, "BadRequest", f"the query is not understood: {query}")
        start, end, resource = found.groups()
        events = [
            {name: event[name] for name in query["$select"].split(",")}
            for event in self.arm.events
            if event["resourceId"] == resource and start <= event["eventTimestamp"] <= end
        ]
        events.sort(key=lambda event: event["eventTimestamp"], reverse=True)
        skip = int(query.get("$skip", 0))
        answer: dict[str, Any] = {"value": events[skip : skip + 2]}
        if skip + 2 < len(events):
            answer["nextLink"] = f"{self.arm.url}{LOG}?{urlencode({**query, '$skip': skip + 2})}"
        return 200, {}, answer

    def poll_url(self, shape: str, path: str) -> str:
        return f"{self.arm.url}/polls/{shape}/1/{path}"

    def poll(self, path: str) -> tuple[int, dict[str, str], Any]:
        """The first look says that it is not done, the second that it is."""
        _, shape, number, entity = path.split("/", 3)
        again = f"{self.arm.url}/polls/{shape}/2/{entity}"
        if shape in {"location", "gone"}:
            if number == "1":
                return 202, {"Location": again, "Retry-After": "0"}, None
            if shape == "gone":
                return 204, {}, None
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
        if is_api and self.arm.options.shape == "location":
            return 202, {"Location": self.poll_url("gone", path), "Retry-After": "0"}, None
        return (204 if is_api else 200), {}, None

    def check_etag(self, path: str) -> None:
        wanted = self.headers.get("If-Match")
        found = self.arm.store.etags.get(path)
        if wanted not in {None, "*", found}:
            raise Refused(412, "PreconditionFailed", f"Resource {path} has been modified since it was read")
        if self.headers.get("If-None-Match") == "*" and found is not None:
            raise Refused(412, "PreconditionFailed", f"Resource {path} exists")


SAID = {
    401: ("AuthenticationFailed", "Authentication failed."),
    403: ("AuthorizationFailed", "The client does not have authorization to perform the action."),
    409: ("Conflict", "Another operation is in progress on the service."),
    429: ("TooManyRequests", "Too many requests. Please retry."),
    503: ("ServiceUnavailable", "The service is unavailable."),
}
