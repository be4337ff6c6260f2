"""Nothing of what a client writes or proves itself with is found anywhere but on its way to the model.

A session of everything that can go well or wrong carries marks in every place where a text can stand; then
all that the process has written or said is searched for them: records, journal, sinks, recordings, log,
metrics, probes and its own answers.
"""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy_addon.gate import OLD_SECRET, SECRET, Gate, Start

pytestmark = pytest.mark.e2e

KEY, PROOF, TOKEN = "m4rk-subscription-key", "m4rk-wrong-proof-0123456789", "m4rk-identity-token"
PROMPT, ANSWER, QUERY, PERSON = "m4rk-prompt", "m4rk-answer", "m4rk-query", "m4rk-person"
MARK = b"m4rk-"
CHAT = "/b/gw-sweden-gpt-41-ptu/-/openai/deployments/chat/chat/completions"
V1 = "/b/gw-sweden-gpt-41-ptu/-/openai/v1"
SINKS = ("--sink", "jsonl:{0}/out", "--sink", "parquet:{0}/parquet?gather=1")
RECORDING = ("--record-dir", "{0}/recordings", "--record-rate", "1")


def bodies() -> Iterator[bytes]:
    """Requests whose every text is a mark."""
    messages = [{"role": "system", "content": PROMPT}, {"role": "user", "content": PROMPT, "name": PERSON}]
    usual = {"messages": messages, "user": PERSON, "metadata": {"topic": PROMPT}, "stop": [PROMPT]}
    yield json.dumps(usual).encode()
    yield json.dumps({**usual, "stream": True}).encode()
    yield json.dumps({**usual, "model": PROMPT}).encode()
    yield json.dumps({**usual, "model": "chat", "Model": PROMPT}).encode()
    yield json.dumps(usual).encode()[:-1]
    yield PROMPT.encode()


def answers() -> Iterator[str]:
    """What an upstream may say, well and badly formed."""
    whole = json.dumps(
        {"id": "chatcmpl-1", "choices": [{"message": {"content": ANSWER}}], "model": "gpt-4.1"}
    )
    error = json.dumps({"error": {"code": "429", "message": ANSWER, "type": ANSWER + " with spaces"}})
    chunk = f'data: {{"choices":[{{"delta":{{"content":"{ANSWER}"}}}}]}}\n\n'
    yield f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(whole)}\r\n\r\n{whole}"
    yield f"HTTP/1.1 429 Too Many\r\nx-a: {ANSWER}\r\ncontent-length: {len(error)}\r\n\r\n{error}"
    yield f"HTTP/1.1 500 Oops\r\nset-cookie: {ANSWER}\r\ncontent-length: 99\r\n\r\n{error}"
    yield f"HTTP/1.1 302 Found\r\nlocation: https://x.example/?{ANSWER}\r\ncontent-length: 0\r\n\r\n"
    yield f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{chunk}data: [DONE]\n\n"
    yield f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{ANSWER}"
    yield f"HTTP/1.1 200 OK\r\ncontent-length: {ANSWER}\r\n\r\n{ANSWER}"
    yield f"HTTP/1.1 {ANSWER}\r\n\r\n{ANSWER}"
    yield f"{ANSWER}\r\n\r\n"


def malformed(gate: Gate) -> Iterator[bytes]:
    """Requests that never become an exchange."""
    head = "".join(f"{name}: {value}\r\n" for name, value in gate.head(str(uuid.uuid4()), proof=PROOF))
    yield f"{PROMPT} / HTTP/1.1\r\n\r\n".encode()
    yield f"POST /{PROMPT} HTTP/1.1\r\nhost: {PROMPT}\r\n{PROMPT}\r\n\r\n".encode()
    yield f"CONNECT {PROMPT}:443 HTTP/1.1\r\nhost: {PROMPT}\r\n\r\n".encode()
    yield f"POST {CHAT}?{QUERY} HTTP/1.1\r\nhost: p\r\n{head}content-length: {PROMPT}\r\n\r\n".encode()
    yield f"POST {CHAT} HTTP/1.1\r\nhost: p\r\n{head}transfer-encoding: chunked\r\n\r\n{PROMPT}\r\n".encode()
    yield f"POST {CHAT} HTTP/1.1\r\nhost: p\r\n{head}x: {PROMPT * 9000}\r\n\r\n".encode()
    yield f"GET /metrics?{QUERY} HTTP/1.1\r\nhost: {PROMPT}\r\nconnection: close\r\n\r\n".encode()
    yield f"POST {CHAT} HTTP/1.1\r\nhost: {PROMPT}".encode()


async def session(gate: Gate) -> list[bytes]:
    """Everything that can go well or wrong; what the proxy itself answered."""
    said: list[bytes] = []
    more = [("api-key", KEY), ("cookie", KEY), ("x-forwarded-for", PERSON), ("x-forwarded-client-cert", KEY)]
    for raw in answers():
        script = {"do": "raw", "bytes": raw}
        got = await gate.send(f"{CHAT}?api-version=2025-01-01&sig={QUERY}", more=more, script=script)
        said += [got.body] if "x-gatewright-fault" in got.headers else []
    for body in bodies():
        said.append((await gate.send(body=body, more=more, tenant="?" + PERSON)).body)
        said.append((await gate.send(f"{V1}/chat/completions", body=body, more=more)).body)
        said.append((await gate.send(body=body, more=more, proof=PROOF)).body)
        await gate.send(body=body, more=more, script={"do": "chunked", "n": 2})
        await gate.send(body=body, more=more, script={"do": "stall", "cut": 300}, stop_at=200, reset=True)
    for target in (f"/b/{PROMPT}/-/{QUERY}", f"{CHAT}/{PROMPT}", f"{CHAT}?model={QUERY}", f"{V1}/{PROMPT}"):
        said.append((await gate.send(target, more=more)).body)
    form = f'--b\r\ncontent-disposition: form-data; name="model"\r\n\r\n{PROMPT}\r\n--b--\r\n'.encode()
    said.append((await gate.send(f"{V1}/audio/transcriptions", form, more=more)).body)
    for raw_request in malformed(gate):
        unfinished = b"\r\n\r\n" not in raw_request
        got = await gate.raw(raw_request, stop_at=0 if unfinished else None)
        said.append(got.raw + got.body)
    for path in ("/health", "/ready", "/metrics"):
        said.append((await gate.send(path, b"", method="GET", headers=[("api-key", KEY)])).body)
    assert SECRET not in b"".join(said).decode()
    return said


def plain(data: bytes) -> bytes:
    """What a file says, also where it is packed."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return data


def written(folder: Path) -> dict[Path, bytes]:
    """All that the process has written; what it was given is no finding."""
    given = {"proof", "proof2", "routes.json"}
    return {
        path: plain(path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.name not in given
    }


@pytest.mark.parametrize("records", [False, True], ids=["metering", "recording too"])
async def test_no_mark_is_found_anywhere(start: Start, tmp_path: Path, records: bool) -> None:
    flags = [flag.format(tmp_path) for flag in (*SINKS, *(RECORDING if records else ()))]
    gate = start(*flags)
    said = await session(gate)
    gate.stop()
    assert len(gate.records()) == 9 + 3 * 6 + 4 + 1
    assert [text for text in said if MARK in text] == []
    found = written(tmp_path)
    names = {path.name for path in found}
    assert {"ledger.jsonl", "log"} <= names
    assert any(path.suffix == ".seg" for path in found)
    assert any(path.suffix == ".parquet" for path in found)
    assert any("recordings" in path.parts for path in found) is records
    secrets = (MARK, SECRET.encode(), OLD_SECRET.encode(), b"token-of-the-managed-identity")
    hits = {str(path): secret for path, data in found.items() for secret in secrets if secret in data}
    assert hits == {}


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x" + MARK)
    (tmp_path / "packed").write_bytes(gzip.compress(b"x" + MARK))
    assert all(MARK in data for data in written(tmp_path).values())
