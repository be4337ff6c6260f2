"""The openai SDK, unmodified: assistants, files and batches through the real process, each used once.

source: Azure's specification 2025-03-01-preview for assistants; the batch API's documentation for files.
"""

from __future__ import annotations

import email
import email.policy
import json
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from openai import AzureOpenAI, BadRequestError, OpenAI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatewright.chargeback.ledger import LedgerNotes, read_ledger
from gatewright.metering.record import UsageRecord
from gatewright.metering.usage import TokenUsage
from tests.proxy_addon.gate import SECRET, Gate, launch

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore:(The Assistants API is )?deprecated:DeprecationWarning"),
]
VERSION = "2025-03-01-preview"
DEPLOYMENT = "gpt-41-ptu"
BACKEND = "gw-sweden-gpt-41-ptu"
RUN = {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42}
LINE = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}


class Service:
    """Runs that need two looks to end, files that are kept, batches that answer each line."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        routes = [
            Route(f"{prefix}{path}", handler, methods=[method])
            for prefix in ("/openai", "/openai/v1")
            for method, path, handler in (
                ("POST", "/assistants", self.make),
                ("POST", "/threads", self.make),
                ("POST", "/threads/runs", self.run),
                ("POST", "/threads/{thread}/messages", self.make),
                ("POST", "/threads/{thread}/runs", self.run),
                ("GET", "/threads/{thread}/runs/{run}", self.look),
                ("POST", "/files", self.upload),
                ("GET", "/files/{file}/content", self.content),
                ("POST", "/batches", self.batch),
            )
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="critical", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    async def make(self, request: Request) -> Response:
        asked = await request.json()
        kind = request.url.path.rpartition("/")[2].removesuffix("s")
        assert asked.get("model") == (DEPLOYMENT if kind == "assistant" else None)
        return JSONResponse({"id": f"{kind}_{uuid.uuid4().hex}", "object": kind})

    async def run(self, request: Request) -> Response:
        asked = await request.json()
        assert asked["model"] == DEPLOYMENT
        one: dict[str, Any] = {
            "id": f"run_{uuid.uuid4().hex}",
            "object": "thread.run",
            "created_at": int(time.time()),
        }
        one |= {"thread_id": request.path_params.get("thread", "thread_new"), "model": DEPLOYMENT}
        one |= {"status": "queued", "usage": None, "assistant_id": asked["assistant_id"]}
        self.runs[one["id"]] = {"looks": 0, **one}
        if not asked.get("stream"):
            return JSONResponse(one)
        events = [("created", one), ("completed", one | {"status": "completed", "usage": RUN})]
        text = "".join(f"event: thread.run.{kind}\ndata: {json.dumps(run)}\n\n" for kind, run in events)
        return Response(f"{text}event: done\ndata: [DONE]\n\n", media_type="text/event-stream")

    async def look(self, request: Request) -> Response:
        run = self.runs[request.path_params["run"]]
        run["looks"] += 1
        if run["looks"] == 2:
            run |= {"status": "completed", "usage": RUN}
        return JSONResponse(run, headers={"openai-poll-after-ms": "10"})

    async def upload(self, request: Request) -> Response:
        head = b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
        form = email.message_from_bytes(head + await request.body(), policy=email.policy.HTTP)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
        name, purpose = f"file-{uuid.uuid4().hex}", parts["purpose"].get_content().strip()
        content = parts["file"].get_payload(decode=True)
        assert isinstance(content, bytes)
        self.files[name] = content
        return JSONResponse({"id": name, "object": "file", "purpose": purpose})

    async def batch(self, request: Request) -> Response:
        lines = self.files[(await request.json())["input_file_id"]].splitlines()
        body = {"model": DEPLOYMENT, "usage": LINE, "choices": [], "created": int(time.time())}
        answer = {"custom_id": "c", "response": {"status_code": 200, "body": body}, "error": None}
        assert {json.loads(line)["body"]["model"] for line in lines} == {DEPLOYMENT}
        name = f"file-{uuid.uuid4().hex}"
        self.files[name] = b"\n".join([json.dumps(answer).encode()] * len(lines))
        return JSONResponse({"id": "batch_1", "object": "batch", "output_file_id": name})

    async def content(self, request: Request) -> Response:
        return Response(self.files[request.path_params["file"]])


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    found = Service()
    yield found
    found.close()


@pytest.fixture(scope="module")
def front(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    found = launch(tmp_path_factory.mktemp("deferred"), service.url)
    yield found
    assert found.stop() == 0, found.log.read_text()


@pytest.fixture(params=["azure", "v1"])
def client(front: Gate, request: pytest.FixtureRequest) -> Iterator[OpenAI]:
    base = f"http://127.0.0.1:{front.port}/b/{BACKEND}/-"
    headers = {
        "x-gatewright-tenant": "retail-search",
        "x-gatewright-subscription": "gw-retail-search",
        "x-gatewright-request-id": str(uuid.uuid4()),
        "x-gatewright-model": "chat",
        "x-gatewright-proof": SECRET,
    }
    more: Any = {"api_key": "k", "default_headers": headers, "max_retries": 0}
    found = (
        AzureOpenAI(azure_endpoint=base, api_version=VERSION, **more)
        if request.param == "azure"
        else OpenAI(base_url=f"{base}/openai/v1", **more)
    )
    with found:
        yield found


def about(gate: Gate, name: str) -> list[UsageRecord]:
    """The records about what has an id, once the last of them is written, each once as in a report."""
    for _ in range(500):
        found = [one for one in read_ledger([gate.ledger], LedgerNotes()) if one.response_id == name]
        if any(not one.usage.is_empty() for one in found):
            return found
        time.sleep(0.01)
    raise AssertionError(gate.log.read_text())


def test_runs_that_are_polled_and_streamed_count_once(client: OpenAI, front: Gate) -> None:
    beta = client.beta
    assistant = beta.assistants.create(model="chat", name="Rechner")
    thread = beta.threads.create()
    beta.threads.messages.create(thread.id, role="user", content="2 + 2?")
    polled = beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=assistant.id)
    for _ in range(3):
        again = beta.threads.runs.retrieve(polled.id, thread_id=thread.id)
        assert again.usage is not None
    with beta.threads.create_and_run_stream(assistant_id=assistant.id) as stream:
        stream.until_done()
        streamed = stream.current_run
    assert polled.status == "completed"
    assert streamed is not None
    for run in (polled.id, streamed.id):
        found = about(front, run)
        assert [one.usage for one in found if not one.usage.is_empty()] == [TokenUsage(40, 2, 42)]
        assert [one for one in found if one.lacks_usage] == []


def test_a_batch_goes_from_file_to_file(client: OpenAI, front: Gate, tmp_path: Path) -> None:
    line = {"custom_id": "c", "method": "POST", "url": "/chat/completions", "body": {"model": "chat"}}
    file = tmp_path / "in.jsonl"
    file.write_text(f"{json.dumps(line)}\n" * 300)
    uploaded = client.files.create(file=file, purpose="batch")
    batch = client.batches.create(
        input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    assert batch.output_file_id is not None
    for _ in range(2):
        assert len(client.files.content(batch.output_file_id).text.splitlines()) == 300
    found = [one for one in about(front, batch.output_file_id) if not one.usage.is_empty()]
    assert [(one.usage, one.response_model) for one in found] == [(TokenUsage(3000, 300, 3300), DEPLOYMENT)]

    file.write_text(json.dumps(line) + "\n" + json.dumps(line | {"body": {"model": "gpt-5"}}))
    with pytest.raises(BadRequestError, match="Line 2 of the batch"):
        client.files.create(file=file, purpose="batch")
    with pytest.raises(BadRequestError, match="A list shows what all tenants have"):
        client.files.list()
