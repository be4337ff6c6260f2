"""Paths and hosts as they stand in the recordings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.operations import Operation, read_operation

AOAI = "https://aoai-1.openai.azure.com"


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        (
            "POST",
            f"{AOAI}/openai/deployments/gpt-41/chat/completions?api-version=2024-10-21",
            Operation("chat", "chat", "azure.ai.openai", "gpt-41", "2024-10-21"),
        ),
        ("POST", f"{AOAI}/openai/v1/chat/completions", Operation("chat", "chat", "azure.ai.openai")),
        (
            "POST",
            "/openai/deployments/a%20b/embeddings",
            Operation("embeddings", "embeddings", "azure.ai.openai", "a b"),
        ),
        (
            "POST",
            "/openai/deployments/chat/completions",
            Operation("completions", "text_completion", "azure.ai.openai", "chat"),
        ),
        ("GET", "/openai/realtime?deployment=d", Operation("realtime", "realtime", "unknown")),
        ("GET", "/openai/v1/files/file-1/content", Operation("files.content", "batch", "unknown")),
        ("DELETE", "/openai/v1/responses/resp_1", Operation("responses.delete", "chat", "unknown")),
        (
            "POST",
            "https://a.services.ai.azure.com/models/chat/completions?api-version=1",
            Operation("chat", "chat", "azure.ai.openai", None, "1"),
        ),
        (
            "POST",
            "https://api.openai.com/v1/completions",
            Operation("completions", "text_completion", "openai"),
        ),
        ("POST", "https://api.openai.com/v1/responses", Operation("responses", "chat", "openai")),
        ("GET", "https://api.openai.com/v1/responses/resp_1", Operation("responses.get", "chat", "openai")),
        (
            "POST",
            "https://api.openai.com/v1/responses/input_tokens",
            Operation("responses.count", "count_tokens", "openai"),
        ),
        (
            "POST",
            "https://api.anthropic.com/v1/messages?beta=true",
            Operation("messages", "chat", "anthropic"),
        ),
        (
            "POST",
            "https://api.anthropic.com/v1/messages/count_tokens",
            Operation("messages.count", "count_tokens", "anthropic"),
        ),
        (
            "POST",
            "https://api.openai.com/v1/threads/t/runs",
            Operation("assistants", "invoke_agent", "openai"),
        ),
        (
            "GET",
            "https://api.openai.com/v1/threads/t/runs/r",
            Operation("assistants.get", "invoke_agent", "openai"),
        ),
        *(
            (method, f"https://api.openai.com/v1/{path}", Operation(api, name, "openai"))
            for method, path, api, name in (
                ("POST", "threads/runs", "assistants", "invoke_agent"),
                ("POST", "threads/t/runs/r/submit_tool_outputs", "assistants", "invoke_agent"),
                ("GET", "threads/t/runs", "assistants.get", "invoke_agent"),
                ("POST", "threads/t/runs/r", "assistants.get", "invoke_agent"),
                ("POST", "threads/t/runs/r/cancel", "assistants.get", "invoke_agent"),
                ("GET", "threads/t/runs/r/steps/s", "assistants.steps", "invoke_agent"),
                ("POST", "threads/t/messages", "assistants.items", "invoke_agent"),
                ("DELETE", "threads/t/messages/m", "assistants.items", "invoke_agent"),
                ("POST", "threads", "assistants.items", "invoke_agent"),
                ("GET", "threads/t", "assistants.items", "invoke_agent"),
                ("POST", "assistants", "assistants.manage", "create_agent"),
                ("DELETE", "assistants/a", "assistants.manage", "create_agent"),
                ("GET", "assistants", "unknown", "unknown"),
                ("POST", "files", "files.create", "batch"),
                ("GET", "files", "unknown", "unknown"),
                ("DELETE", "files/f", "files.delete", "batch"),
                ("POST", "vector_stores/v/files", "vector_stores", "file_search"),
                ("GET", "vector_stores/v/files/f/content", "vector_stores", "file_search"),
                ("GET", "vector_stores", "unknown", "unknown"),
            )
        ),
        ("POST", "https://api.openai.com/v1/audio/speech", Operation("speech", "speech", "openai")),
        ("POST", "https://api.deepseek.com/chat/completions", Operation("chat", "chat", "api.deepseek.com")),
        ("GET", f"{AOAI}/openai/models", Operation("unknown", "unknown", "azure.ai.openai")),
        (
            "POST",
            "https://evil.example.org/notchat/completionsx",
            Operation("unknown", "unknown", "evil.example.org"),
        ),
        (
            "POST",
            "https://openai.azure.com.example.org/embeddings",
            Operation("embeddings", "embeddings", "openai.azure.com.example.org"),
        ),
    ],
)
def test_an_operation_is_read_from_method_and_url(method: str, url: str, expected: Operation) -> None:
    assert read_operation(method, url) == expected


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=8), st.text(max_size=60) | st.text(alphabet="htps:/[]?&=%#@.x", max_size=30))
def test_any_text_is_read(method: str, url: str) -> None:
    read_operation(method, url)
