"""Uploads: a batch may name the gateway's model alone, line by line; other files pass as they are."""

from __future__ import annotations

import asyncio
import json
import time
import uuid

import pytest

from proxy_addon import faults, uploads
from proxy_addon.faults import Fault
from tests.proxy_addon.gate import Gate, Start
from tests.proxy_addon.upstream import Upstream

e2e = pytest.mark.e2e
BASE = "/b/gw-sweden-gpt-41-ptu/-"
FORM = [("content-type", "multipart/form-data; boundary=b")]
FILE = b'form-data; name="file"; filename="in.jsonl"'


def request(number: int, model: str = "chat", url: str = "/chat/completions") -> bytes:
    body = {"model": model, "messages": [{"role": "user", "content": f'Grüße "model": "gpt-5" {number}'}]}
    return json.dumps(
        {"custom_id": f"c-{number}", "method": "POST", "url": url, "body": body}, ensure_ascii=False
    ).encode()


def part(head: bytes, value: bytes, kind: bytes = b"") -> bytes:
    return b"--b\r\nContent-Disposition: " + head + b"\r\n" + kind + b"\r\n" + value + b"\r\n"


def form(content: bytes, purpose: bytes = b"batch", *more: bytes) -> bytes:
    file = part(FILE, content, b"Content-Type: application/octet-stream\r\n")
    return part(b'form-data; name="purpose"', purpose) + b"".join(more) + file + b"--b--\r\n"


async def post(gate: Gate, name: str, body: bytes, path: str = "/openai/v1/files") -> tuple[int, str | None]:
    headers = [
        pair for pair in gate.head(name, script={"do": "length", "body": "{}"}) if "content" not in pair[0]
    ]
    got = await gate.send(BASE + path, body, request=name, headers=headers, more=FORM)
    return got.status, got.error["code"] if got.status >= 400 else None


@e2e
@pytest.mark.parametrize(
    "path", ["/openai/v1/files", "/openai/files?api-version=2025-04-01-preview", "/v1/files"]
)
async def test_a_batch_goes_to_the_deployment_and_leaves_a_record(
    gate: Gate, upstream: Upstream, path: str
) -> None:
    name = str(uuid.uuid4())
    urls = ["/chat/completions", "/v1/chat/completions", "/v1/responses", "/openai/v1/embeddings"]
    lines = [request(number, url=url) for number, url in enumerate(urls)]
    sent = form(b"\n".join(lines) + b"\r\n\n")
    assert await post(gate, name, sent, path) == (200, None)
    (seen,) = upstream.by_id(name)
    assert seen.body == sent.replace(b'"model": "chat"', b'"model": "gpt-41-ptu"')
    assert (seen.line, dict(seen.headers)["content-length"]) == (f"POST {path} HTTP/1.1", str(len(seen.body)))
    record = await gate.record(name)
    assert (record.usage_detail, record.lacks_usage) == ("not_a_generation", False)
    assert (record.operation_name, record.status) == ("batch", 200)


@e2e
@pytest.mark.parametrize("purpose", [b"assistants", b"user_data", b"vision"])
async def test_other_files_pass_as_they_are(gate: Gate, upstream: Upstream, purpose: bytes) -> None:
    name = str(uuid.uuid4())
    body = form(bytes(range(256)) * 40, purpose, part(b'form-data; name="expires_after[seconds]"', b"3600"))
    assert await post(gate, name, body) == (200, None)
    assert upstream.by_id(name)[0].body == body


SECOND = part(FILE, request(2))
MODEL = part(b'form-data; name="Model"', b"chat")
CODED = (
    part(b'form-data; name="purpose"', b"batch")
    + part(FILE, request(1), b"Content-Transfer-Encoding: base64\r\n")
    + b"--b--\r\n"
)
SPELLED = CODED.replace(b"Content-Transfer-Encoding: base64", b"Content-Type: text/plain; charset=utf-16")
LINE, UPLOAD = "batch-line-refused", "upload-refused"
REFUSED = {
    "another model": (form(request(1) + b"\n" + request(2, "gpt-5")), LINE),
    "the deployment's own name": (form(request(1, "gpt-41-ptu")), LINE),
    "a model twice": (
        form(request(1).replace(b'{"model"', b'{"model":"chat","model"')),
        LINE,
    ),
    "a Model": (form(request(1).replace(b'{"model"', b'{"MODEL":"gpt-5","model"')), LINE),
    "a body twice": (form(request(1)[:-1] + b',"body":{"model":"gpt-5"}}'), LINE),
    "a Body": (form(request(1)[:-1] + b',"Body":{"model":"gpt-5"}}'), LINE),
    "two objects on a line": (form(request(1) + b"\r" + request(2, "gpt-5")), LINE),
    "a deployment's path": (
        form(request(1, url="/openai/deployments/gpt-5/chat/completions")),
        LINE,
    ),
    "an image": (form(request(1, url="/v1/images/generations")), LINE),
    "no model": (form(b'{"url":"/chat/completions","body":{}}'), LINE),
    "a list": (form(b"[]"), LINE),
    "no text": (form(b"\xff\xfe"), LINE),
    "a purpose that is not taken": (form(request(1), b"fine-tune"), UPLOAD),
    "a purpose twice": (form(b"", b"vision", part(b'form-data; name="purpose"', b"batch")), UPLOAD),
    "two files": (form(request(1), b"batch", SECOND), UPLOAD),
    "a field that is not known": (
        form(request(1), b"batch", part(b'form-data; name="x"', b"y")),
        UPLOAD,
    ),
    "a file in base64": (CODED, UPLOAD),
    "a file in another charset": (SPELLED, UPLOAD),
    "a field model": (form(request(1), b"batch", MODEL), "model-mismatch"),
    "no form": (b"{}", "bad-body"),
}


@e2e
@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_judged_is_refused(gate: Gate, upstream: Upstream, what: str) -> None:
    body, code = REFUSED[what]
    name = str(uuid.uuid4())
    assert await post(gate, name, body) == (400, code)
    assert upstream.by_id(name) == []
    record = await gate.record(name)
    assert (record.error_type, record.status) == (code, 400)


@e2e
async def test_an_upload_that_is_no_form_is_refused(gate: Gate, upstream: Upstream) -> None:
    name = str(uuid.uuid4())
    got = await gate.send(f"{BASE}/openai/v1/files", b"{}", request=name)
    assert (got.status, got.error["code"], upstream.by_id(name)) == (400, "upload-refused", [])


def test_the_fault_says_which_line() -> None:
    found = uploads.edits(form(request(1) + b"\n\n" + request(2, "gpt-5")), b"b", "chat", "d")
    assert isinstance(found, Fault)
    assert (found.slug, found.message.startswith("Line 2 ")) == (faults.batch_line(2).slug, True)
    assert "gpt-5" not in found.message


def test_a_deployment_of_the_models_name_changes_nothing() -> None:
    assert uploads.edits(form(request(1)), b"b", "chat", "chat") == []


@e2e
async def test_a_large_batch_keeps_nobody_waiting(start: Start) -> None:
    gate = start("--begin-durable")
    body = form(b"\n".join(request(number) for number in range(120_000)))
    assert len(body) > 20_000_000
    upload = asyncio.create_task(post(gate, str(uuid.uuid4()), body))
    waits, begun = [], time.perf_counter()
    while not upload.done():
        before = time.perf_counter()
        await gate.send("/health", b"", method="GET")
        waits.append(time.perf_counter() - before)
        await asyncio.sleep(0.005)
    assert await upload == (200, None)
    assert max(waits) < (time.perf_counter() - begun) / 3  # the check takes most of that time
