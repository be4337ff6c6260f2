"""Security of the metering proxy's process: what is in no file of its own, and where the rest is.

| what | where |
|---|---|
| attribution that is spoofed, repeated, missing, malformed; the secret | `test_refusals`, `test_identity` |
| the three proofs | `test_security_proofs`, `test_entra`, `test_certificate`, `test_identity` |
| paths and models: percent-encodings, dots, semicolons, slashes, case, other models | `test_refusals` |
| models in queries, in forms, under keys in other letters; route names that begin alike | here |
| absolute form, CONNECT | `test_refusals` |
| upgrades, the greeting of HTTP/2 | `test_security_http` |
| smuggling: lengths, codings, folded lines, line feeds, chunks, trailers, pipelining | `test_security_http` |
| heads that are too large, too many or too slow; bodies without a proof | `test_security_http` |
| a secret or prompt in any log, record, metric, recording or answer | `test_security_secrets` |
| certificates of upstreams | `test_security_tls` |
| redirects, internal headers both ways, headers of Azure | here |
| where an upstream may be | `test_routes`, `test_reload` |
| configuration that becomes C# or XML | `tests/generator/test_injection.py` |
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.proxy_addon.gate import Gate, Got, launch
from tests.proxy_addon.upstream import Upstream

pytestmark = pytest.mark.e2e

CHAT = "openai/deployments/chat/chat/completions"
BACKEND = "/b/gw-sweden-gpt-41-ptu/-/"


async def refused(gate: Gate, upstream: Upstream, slug: str, *args: Any, **how: Any) -> Got:
    before = len(upstream.seen)
    got = await gate.send(*args, **how)
    assert (got.status, got.error["code"]) == (400, slug)
    assert len(upstream.seen) == before
    return got


@pytest.mark.parametrize("operation", [CHAT, "openai/v1/chat/completions", "openai/responses"])
@pytest.mark.parametrize(
    "query",
    [
        "model=gpt-9",
        "model=chat",
        "api-version=1&MODEL=gpt-9",
        "%6dodel=gpt-9",
        "a=b;model=gpt-9",
        "+model=x",
        "deployment=gpt-9",
        "deployment-id=gpt-9",
        "model",
    ],
)
async def test_a_query_names_no_model(gate: Gate, upstream: Upstream, operation: str, query: str) -> None:
    await refused(gate, upstream, "model-mismatch", f"{BACKEND}{operation}?{query}", b'{"model":"chat"}')


@pytest.mark.parametrize("operation", [CHAT, "openai/v1/chat/completions", "openai/v1/responses"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"chat","Model":"gpt-9"}',
        b'{"MODEL":"gpt-9"}',
        b'{"model":"chat","\\u004dodel":"gpt-9"}',
        b'{"model":"chat","model":null}',
        b'{"model":{"model":"chat"}}',
        b'{"model":"chat "}',
        b'{"model":"ch\\u0430t"}',
        b'{"model":""}',
        b'{"model":true}',
    ],
)
async def test_a_body_names_the_one_model_once(
    gate: Gate, upstream: Upstream, operation: str, body: bytes
) -> None:
    await refused(gate, upstream, "model-mismatch", BACKEND + operation, body)


def form(*fields: tuple[str, str], extra: str = "") -> bytes:
    parts = [f'--b\r\ncontent-disposition: form-data; name="{n}"{extra}\r\n\r\n{v}\r\n' for n, v in fields]
    return "".join([*parts, "--b--\r\n"]).encode()


def as_form(gate: Gate) -> list[tuple[str, str]]:
    kept = [field for field in gate.head(str(uuid.uuid4())) if field[0] != "content-type"]
    return [*kept, ("content-type", "multipart/form-data; boundary=b")]


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (form(("model", "gpt-9")), "model-mismatch"),
        (form(("model", "chat"), ("model", "chat")), "model-mismatch"),
        (form(("model", "chat"), ("Model", "gpt-9")), "model-mismatch"),
        (form(("model", "chat"), (" model", "gpt-9")), "model-mismatch"),
        (form(("model", "chat\r\n")), "model-mismatch"),
        (form(("model", "chat"), extra='; filename="x"'), "model-mismatch"),
        (form(("file", "x")), "model-mismatch"),
        (form(("model", "chat"), extra='; name="x"'), "bad-body"),
        (b"preamble\r\n" + form(("model", "chat")), "bad-body"),
        (form(("model", "chat")) + form(("model", "gpt-9")), "bad-body"),
        (b'{"model":"chat"}', "bad-body"),
    ],
)
async def test_a_form_names_the_one_model_once(
    gate: Gate, upstream: Upstream, body: bytes, slug: str
) -> None:
    target = f"{BACKEND}openai/v1/audio/transcriptions"
    await refused(gate, upstream, slug, target, body, headers=as_form(gate))


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gate, Any]]:
    """Routes whose names begin alike, each to a server of its own."""
    folder = tmp_path_factory.mktemp("alike")
    servers = {name: Upstream() for name in ("gw-a", "gw-ab", "gw-a-b")}
    routes = {
        name: {
            "endpoint": f"http://127.0.0.1:{server.port}",
            "deployment": f"at-{name}",
            "region": "eu",
            "provider": "azure.ai.openai",
            "models": ["chat"],
        }
        for name, server in servers.items()
    }
    whole = {"version": 1, "routes": routes, "allowedHostSuffixes": [".openai.azure.com"]}
    (folder / "own.json").write_text(json.dumps(whole))
    gate = launch(folder, "http://127.0.0.1:9", "--routes", str(folder / "own.json"))
    yield gate, servers
    assert gate.stop() == 0
    for server in servers.values():
        server.close()


async def test_routes_whose_names_begin_alike_are_told_apart(alike: tuple[Gate, Any]) -> None:
    gate, servers = alike
    for name, server in servers.items():
        request = str(uuid.uuid4())
        assert (await gate.send(f"/b/{name}/-/{CHAT}", request=request)).status == 200
        assert [each for each in servers.values() if each.by_id(request)] == [server]
        assert f"/deployments/at-{name}/" in server.by_id(request)[0].line
        assert (await gate.record(request)).backend == name
    for near in ("gw", "gw-", "gw-a-", "gw-abc", "gw-a%62", "gw-a.", "GW-A", "gw-a/gw-ab", "gw-a-b/."):
        got = await gate.send(f"/b/{near}/-/{CHAT}")
        assert (got.status, got.error["code"] in ("unknown-route", "bad-path")) == (400, True)
    assert sum(len(server.seen) for server in servers.values()) == 3


def answer(*headers: str, status: str = "200 OK", body: str = "{}") -> dict[str, str]:
    lines = [f"HTTP/1.1 {status}", "content-type: application/json", *headers, f"content-length: {len(body)}"]
    return {"do": "raw", "bytes": "\r\n".join([*lines, "", body])}


async def test_a_redirect_to_another_host_is_the_client_s_to_follow(gate: Gate, upstream: Upstream) -> None:
    """The proxy hands it on as it came and calls nobody; the credentials of the request went to one host."""
    for status in ("301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"):
        request = str(uuid.uuid4())
        where = f"http://127.0.0.1:{upstream.port}/elsewhere"
        script = answer(f"location: {where}", status=status)
        got = await gate.send(request=request, script=script)
        assert (got.status, got.headers["location"]) == (int(status[:3]), where)
        assert len(upstream.by_id(request)) == 1
        assert not [seen for seen in upstream.seen if "/elsewhere" in seen.line]
        assert (await gate.record(request)).status == int(status[:3])


async def test_headers_that_are_ours_pass_in_neither_direction(gate: Gate, upstream: Upstream) -> None:
    request = str(uuid.uuid4())
    names = ["x-gatewright-fault", "X-Gatewright-Tenant", "x_gatewright_proof", "X-Gatewright-Anything"]
    names += ["X-Forwarded-Client-Cert", "Proxy-Authorization", "Proxy-Connection"]
    script = answer(*(f"{name}: spoofed" for name in names))
    more = [(name, "spoofed") for name in [*names[2:], "x-original-url", "X-Rewrite-URL"]]
    more += [("x-http-method-override", "GET"), ("X_HTTP_Method", "GET"), ("x-method-override", "GET")]
    got = await gate.send(request=request, more=more, script=script)
    assert got.status == 200
    assert b"spoofed" not in got.raw
    (seen,) = upstream.by_id(request)
    values = {name: value for name, value in seen.headers if name != "x-script"}
    assert not [name for name, value in values.items() if value in ("spoofed", "GET")]


async def test_what_azure_says_of_itself_passes_to_the_client(gate: Gate) -> None:
    """A client sees what the service says, the deployment's and the region's names included.

    Who wants them hidden deletes them in the gateway's policy.
    """
    said = {
        "x-ms-deployment-name": "gpt-41-ptu",
        "x-ms-region": "Sweden Central",
        "apim-request-id": "one",
        "azureml-model-session": "d-1",
        "x-ratelimit-remaining-tokens": "7",
        "x-request-id": "two",
    }
    got = await gate.send(script=answer(*(f"{name}: {value}" for name, value in said.items())))
    assert {name: got.headers[name] for name in said} == said
