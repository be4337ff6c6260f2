from __future__ import annotations

import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness.upstreams.address import read


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://x.openai.azure.com/", "https://x.openai.azure.com"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_origin_is_taken(text: str, url: str) -> None:
    assert read(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "x.openai.azure.com",
        "http://x.openai.azure.com",
        "http://127.0.0.1.example.org",
        "ftp://127.0.0.1",
        "https://user@x.example.org",
        "https://x.example.org/openai",
        "https://x.example.org?a=b",
        "https://x.example.org:port",
        "https://",
        "https://ex\u00e4mple.org",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read(text)
    assert [d.code for d in caught.value.diagnostics] == ["EMU552"]
    assert caught.value.unreadable
