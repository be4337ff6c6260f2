"""`.http` files: what is read, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.deploy.http_file import Call, read, variables
from gatewright.diagnostics import Rejected

TEXT = """# A comment.
@gateway = https://gateway.example.org
@base = {{gateway}}/openai

### First
// @expect 404 tokens stream
POST {{base}}/a?x=1 HTTP/1.1
api-key: {{key}}
Content-Type: application/json

{"a":
  "{{name}}"}

###
GET {{base}}
"""


def test_calls_are_read_with_their_variables() -> None:
    assert read(TEXT, "a.http", {"key": "k", "name": "n", "gateway": "http://127.0.0.1:1"}) == (
        Call(
            "First",
            7,
            "POST",
            "http://127.0.0.1:1/openai/a?x=1",
            (("api-key", "k"), ("Content-Type", "application/json")),
            '{"a":\n  "n"}',
            404,
            True,
            True,
        ),
        Call("GET {{base}}", 15, "GET", "http://127.0.0.1:1/openai", (), ""),
    )


def test_the_shipped_calls_are_read(root: Path) -> None:
    text = (root / "tests.http").read_text("utf-8")
    assert list(variables(text)) == ["gateway", "key", "chat", "embeddings", "version"]
    calls = read(text, "tests.http", {"key": "sample"})
    assert [(call.status, call.tokens, call.stream) for call in calls] == [
        (200, True, False),
        (200, False, True),
        (200, True, False),
        (200, True, False),
        (401, False, False),
        (404, False, False),
    ]
    with_key = [any(value == "sample" for _, value in call.headers) for call in calls]
    assert with_key == [True, True, True, True, False, True]
    assert "sample" not in repr(calls)


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("### a\nPSOT http://x\n", "DEP850", "a.http:2:1", "no request"),
        ("### a\nGET http://x\nno header\n", "DEP850", "a.http:3:1", "no header"),
        ("@gateway = x\n### a\nGET {{gatway}}\n", "DEP851", "a.http:3:1", "gatway"),
        ("@a = {{b}}\n@b = {{a}}\n### a\nGET {{a}}\n", "DEP851", "a.http:4:1", "has no value"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, code: str, place: str, words: str) -> None:
    with pytest.raises(Rejected) as caught:
        read(text, "a.http", {})
    fault = caught.value.diagnostics[0]
    assert (fault.kind.code, str(fault.span)) == (code, place)
    assert words in fault.message
