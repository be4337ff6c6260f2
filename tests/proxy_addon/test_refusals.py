"""End to end: what is refused, with which status and slug, and that nothing of it reaches an upstream."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from gatewright.metering.record import Settlement
from tests.proxy_addon.gate import OLD_SECRET, SECRET, Gate, Got
from tests.proxy_addon.upstream import Upstream

pytestmark = pytest.mark.e2e

CHAT = "/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions"
V1 = "/b/gw-sweden-gpt-41-ptu/-/openai/v1/chat/completions"


async def refused(gate: Gate, upstream: Upstream, request: str, **how: Any) -> Got:
    before = len(upstream.seen)
    got = await gate.send(request=request, **how)
    assert len(upstream.seen) == before
    assert got.headers["x-gatewright-fault"] == got.error["code"]
    assert "server" not in got.headers
    return got


def without(gate: Gate, request: str, name: str) -> list[tuple[str, str]]:
    return [field for field in gate.head(request) if field[0] != name]


@pytest.mark.parametrize(
    "proof", [None, "", "wrong", "a-shared-secret-of-the-gatewa", "a-shared-secret-of-the-gatewayy"]
)
async def test_without_the_right_proof_nothing_is_forwarded(
    gate: Gate, upstream: Upstream, proof: str | None
) -> None:
    request = str(uuid.uuid4())
    got = await refused(gate, upstream, request, proof=proof)
    assert (got.status, got.error["code"], got.error["type"]) == (530, "no-proof", "proxy_error")
    assert request not in [record.request_id for record in gate.records()]


async def test_both_secrets_are_valid_during_a_rotation(gate: Gate) -> None:
    for proof in (SECRET, OLD_SECRET):
        assert (await gate.send(proof=proof)).status == 200


@pytest.mark.parametrize("name", ["tenant", "subscription", "request-id", "model", "proof"])
async def test_each_header_stands_exactly_once(gate: Gate, upstream: Upstream, name: str) -> None:
    request = str(uuid.uuid4())
    header = f"x-gatewright-{name}"
    twice = [*gate.head(request), next(field for field in gate.head(request) if field[0] == header)]
    for headers in (twice, without(gate, request, header)):
        got = await refused(gate, upstream, request, headers=headers)
        assert (got.status, got.error["type"]) == (530, "proxy_error")
        assert got.error["code"] == ("no-proof" if name == "proof" else "bad-attribution")


@pytest.mark.parametrize(
    ("name", "value"),
    [("tenant", "Retail"), ("tenant", "a, b"), ("request-id", "7"), ("user", "jane"), ("model", "a b")],
)
async def test_a_header_of_a_wrong_form_is_refused(
    gate: Gate, upstream: Upstream, name: str, value: str
) -> None:
    request = str(uuid.uuid4())
    headers = [*without(gate, request, f"x-gatewright-{name}"), (f"x-gatewright-{name}", value)]
    got = await refused(gate, upstream, request, headers=headers)
    assert (got.status, got.error["code"]) == (530, "bad-attribution")


async def test_headers_that_look_like_ours_are_neither_believed_nor_forwarded(
    gate: Gate, upstream: Upstream
) -> None:
    request = str(uuid.uuid4())
    more = [("X_Gatewright_Tenant", "other"), ("X-Gatewright-Shadow", "1"), ("x_forwarded_client_cert", "x")]
    await gate.send(request=request, more=more)
    (seen,) = upstream.by_id(request)
    assert not [name for name, _ in seen.headers if "gatewright" in name or "cert" in name]
    assert (await gate.record(request)).tenant == "retail-search"


@pytest.mark.parametrize(
    ("target", "slug"),
    [
        ("/openai/deployments/chat/chat/completions", "bad-path"),
        ("/", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/openai/deployments/chat/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/../deployments/chat/chat/completions", "bad-path"),
        ("/b/gw-dead/../gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/%2e%2e/deployments/chat/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai%2fdeployments/chat/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/deployments/ch%61t/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai\\deployments/chat/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-//openai/deployments/chat/chat/completions", "bad-path"),
        ("//b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions/", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat;x=1/chat/completions", "bad-path"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions#x", "bad-path"),
        ("/b/gw-sweden-gpt-41/-/openai/deployments/chat/chat/completions", "unknown-route"),
        ("/b/GW-SWEDEN-GPT-41-PTU/-/openai/deployments/chat/chat/completions", "unknown-route"),
        ("/b/gw-sweden-gpt-41-ptu2/-/openai/deployments/chat/chat/completions", "unknown-route"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/deployments/other/chat/completions", "model-mismatch"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/deployments/gpt-41-ptu/chat/completions", "model-mismatch"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/v1/responses/resp_1", "unsupported-operation"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/responses", "unsupported-operation"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/chat/completions", "unsupported-operation"),
        ("/b/gw-sweden-gpt-41-ptu/-/openai/v1/x/chat/completions", "unsupported-operation"),
        ("/b/gw-sweden-gpt-41-ptu/-/chat/completions", "unsupported-operation"),
        ("/b/gw-embed/-/openai/deployments/chat/embeddings", "model-mismatch"),
    ],
)
async def test_a_path_that_is_not_plainly_a_route_is_refused(
    gate: Gate, upstream: Upstream, target: str, slug: str
) -> None:
    request = str(uuid.uuid4())
    got = await refused(gate, upstream, request, target=target)
    record = await gate.record(request)
    assert (got.status, got.error["code"], got.error["type"]) == (400, slug, "invalid_request_error")
    assert (record.settlement, record.status, record.error_type) == (Settlement.REFUSED, 400, slug)
    assert (record.tenant, record.usage_detail) == ("retail-search", "not_forwarded")


@pytest.mark.parametrize(
    ("target", "body", "slug"),
    [
        (CHAT, b'{"model":"other"}', "model-mismatch"),
        (CHAT, b'{"model":"chat","model":"chat"}', "model-mismatch"),
        (CHAT, b'{"model":"chat","mod\\u0065l":"gpt-9"}', "model-mismatch"),
        (CHAT, b'{"model":["chat"]}', "model-mismatch"),
        (V1, b'{"messages":[]}', "model-mismatch"),
        (V1, b'{"model":"gpt-41-ptu"}', "model-mismatch"),
        (V1, b'{"model":"Chat"}', "model-mismatch"),
        (V1, b'{"model":"chat","model":"chat"}', "model-mismatch"),
        (CHAT, b"", "bad-body"),
        (CHAT, b"[]", "bad-body"),
        (CHAT, b'{"model":"chat"', "bad-body"),
        (CHAT, b'{"a":NaN}', "bad-body"),
        (CHAT, b'\xff\xfe{\x00"\x00', "bad-body"),
    ],
)
async def test_a_body_whose_model_is_not_plainly_the_alias_is_refused(
    gate: Gate, upstream: Upstream, target: str, body: bytes, slug: str
) -> None:
    request = str(uuid.uuid4())
    got = await refused(gate, upstream, request, target=target, body=body)
    assert (got.status, got.error["code"]) == (400, slug)
    assert (await gate.record(request)).error_type == slug


async def test_a_compressed_request_is_refused(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    got = await refused(gate, upstream, request, more=[("content-encoding", "gzip")])
    assert (got.status, got.error["code"]) == (400, "bad-body")


async def test_an_upgrade_is_refused(gate: Gate, upstream: Upstream) -> None:
    more = [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")]
    got = await refused(gate, upstream, str(uuid.uuid4()), more=more)
    assert (got.status, got.error["code"]) == (400, "upgrade-refused")


async def test_a_get_is_refused(gate: Gate, upstream: Upstream) -> None:
    got = await refused(gate, upstream, str(uuid.uuid4()), method="GET", target=CHAT, body=b"")
    assert (got.status, got.error["code"]) == (400, "unsupported-operation")


async def test_a_body_over_the_limit_is_413_and_leaves_a_row(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    body = json.dumps({"messages": ["x" * 1_100_000]}).encode()
    before = len(upstream.seen)
    got = await gate.send(request=request, body=body)
    record = await gate.record(request)
    assert len(upstream.seen) == before
    assert got.status in (413, 0)  # a client that is still sending may see a reset instead
    assert (record.settlement, record.status, record.error_type) == (
        Settlement.REFUSED,
        413,
        "body-too-large",
    )


async def test_a_chunked_body_over_the_limit_is_413_and_leaves_a_row(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    lines = [f"{name}: {value}" for name, value in gate.head(request)]
    head = "\r\n".join([f"POST {CHAT} HTTP/1.1", "host: p", *lines, "transfer-encoding: chunked", "", ""])
    got = await gate.raw(head.encode() + (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 40)
    assert got.status in (413, 0)
    assert (await gate.record(request)).error_type == "body-too-large"


async def test_an_answer_over_the_limit_is_502_and_leaves_a_row(gate: Gate) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(request=request, script={"do": "huge"})
    assert (got.status, got.error["code"]) == (502, "upstream-failed")
    assert (await gate.record(request)).settlement in (Settlement.FAILED, Settlement.ABORTED_BY_UPSTREAM)


async def test_an_absolute_target_goes_to_the_route_and_nowhere_else(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    got = await gate.send(f"http://evil.example{CHAT}", request=request)
    assert got.status == 200
    (seen,) = upstream.by_id(request)
    assert seen.line == "POST /openai/deployments/gpt-41-ptu/chat/completions HTTP/1.1"
    assert ("host", f"127.0.0.1:{upstream.port}") in seen.headers


@pytest.mark.parametrize(
    "raw",
    [
        b"CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: p\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: p\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
        b"POST / HTTP/1.1\r\nhost: p\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: p\r\nx-gatewright-tenant : a\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_malformed_http_is_400_in_json(gate: Gate, upstream: Upstream, raw: bytes) -> None:
    before = len(upstream.seen)
    got = await gate.raw(raw)
    assert (got.status, got.error["code"]) == (400, "bad-request")
    assert b"mitmproxy" not in (got.raw + got.body).lower()
    assert len(upstream.seen) == before


async def test_probes_need_no_proof(gate: Gate) -> None:
    for path in ("/health", "/ready"):
        got = await gate.send(path, b"", method="GET", headers=[("accept", "*/*")])
        assert (got.status, json.loads(got.body)["status"]) == (200, "ok")
