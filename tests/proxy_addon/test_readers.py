"""Each API that can be metered is, on each path that clients of Azure and of OpenAI use for it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from gatewright.metering.apis import READERS
from gatewright.metering.operations import read_operation
from gatewright.metering.record import UsageSource
from tests.proxy_addon.gate import Gate

BASE = "/b/gw-sweden-gpt-41-ptu/-"
DEPLOYMENT = "/openai/deployments/chat/"
OPENAI = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
NEW = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nchat\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\r\n--b--\r\n'
)
REPORTED = {"input_tokens": 3, "output_tokens": 4}
CASES: dict[str, tuple[tuple[str, ...], bytes | None, Any, dict[str, int]]] = {
    "chat": (
        (
            f"{DEPLOYMENT}chat/completions?api-version=v",
            "/openai/v1/chat/completions",
            "/models/chat/completions",
        ),
        None,
        {"object": "chat.completion", "usage": OPENAI},
        REPORTED,
    ),
    "completions": (
        (f"{DEPLOYMENT}completions", "/openai/v1/completions"),
        None,
        {"object": "text_completion", "usage": OPENAI},
        REPORTED,
    ),
    "embeddings": (
        (f"{DEPLOYMENT}embeddings", "/openai/v1/embeddings", "/models/embeddings"),
        None,
        {"object": "list", "data": [], "usage": {"prompt_tokens": 3, "total_tokens": 3}},
        {"input_tokens": 3},
    ),
    "responses": (
        ("/openai/responses?api-version=v", "/openai/v1/responses"),
        None,
        {"object": "response", "status": "completed", "usage": NEW},
        REPORTED,
    ),
    "messages": (
        ("/anthropic/v1/messages", "/v1/messages"),
        None,
        {"type": "message", "usage": {"input_tokens": 3, "output_tokens": 4}},
        REPORTED,
    ),
    "images": (
        (f"{DEPLOYMENT}images/generations", "/openai/v1/images/generations"),
        None,
        {"created": 1, "data": [{"b64_json": "AA=="}, {"b64_json": "AA=="}]},
        {"images": 2},
    ),
    "audio": (
        (
            f"{DEPLOYMENT}audio/transcriptions",
            "/openai/v1/audio/transcriptions",
            "/openai/v1/audio/translations",
        ),
        FORM,
        {"text": "hi", "usage": {"type": "duration", "seconds": 7}},
        {"seconds": 7},
    ),
    "speech": (
        (f"{DEPLOYMENT}audio/speech", "/openai/v1/audio/speech"),
        None,
        "\x00\x01 sound",
        {"characters": 10},
    ),
}
OURS = [(api, path) for api, (paths, *_) in CASES.items() for path in paths]
NOT_FORWARDED = {"moderations", "assistants"}
"""Readers for recordings alone, or of paths that Azure does not have."""


@pytest.mark.e2e
@pytest.mark.parametrize(("api", "path"), OURS, ids=[f"{api} {path}" for api, path in OURS])
async def test_an_api_is_metered_on_its_path(gate: Gate, api: str, path: str) -> None:
    _, body, answer, expected = CASES[api]
    more = []
    if body is None:
        body = json.dumps({"model": "chat", "input": "Say hello."}).encode()
    else:
        more = [("content-type", "multipart/form-data; boundary=b")]
    request = str(uuid.uuid4())
    text = answer if isinstance(answer, str) else json.dumps(answer)
    headers = [
        item
        for item in gate.head(request, script={"do": "length", "body": text})
        if item[0] != "content-type"
    ]
    got = await gate.send(
        BASE + path,
        body,
        request=request,
        headers=headers,
        more=more or [("content-type", "application/json")],
    )
    assert (got.status, got.body) == (200, text.encode())
    record = await gate.record(request)
    counted = {name: value for name, value in record.usage.quantities() if name in expected}
    assert counted == expected
    assert record.usage_source is not UsageSource.MISSING
    assert record.operation_name == read_operation("POST", path).name


def test_every_reader_stands_in_the_cases() -> None:
    assert set(READERS) == set(CASES) | NOT_FORWARDED
