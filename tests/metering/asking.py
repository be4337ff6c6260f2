"""Requests and answers that estimates are made of."""

from __future__ import annotations

import json
from typing import Any

from gatewright.metering.estimates.answer import Choice, VisibleAnswer
from gatewright.metering.exchange_meter import MeteredRequest

AZURE = "https://a.openai.azure.com/openai/deployments/gpt-41/chat/completions?api-version=2024-10-21"
CHAT = "https://api.openai.com/v1/chat/completions"
MESSAGES: Any = [{"role": "user", "content": "Say hello."}]


def asked(url: str = CHAT, **body: Any) -> MeteredRequest:
    plain: Any = {"model": "gpt-4o", "messages": MESSAGES, **body}
    return MeteredRequest("POST", url, json.dumps(plain).encode())


def told(*texts: str, finish: str | None = "stop", model: str = "gpt-4o-2024-08-06") -> VisibleAnswer:
    return VisibleAnswer((Choice(texts, (), finish),), model, begun=True)
