"""The calls of an `.http` file, made: what came back, and whether it is what the file expects."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from gatewright.deploy.http_file import Call

_REGION, _DEPLOYMENT = "x-ms-region", "x-ms-deployment-name"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call.

    Attributes:
        call: which one.
        status: of the answer; None without one.
        backend: deployment and region that answered, as Azure's headers name them; empty where they do not.
        tokens: that the answer counts; None where it does not.
        seconds: until the answer was complete.
        fault: what is not as expected; empty where all is.
    """

    call: Call
    status: int | None
    backend: str
    tokens: int | None
    seconds: float
    fault: str

    @property
    def ok(self) -> bool:
        """Whether all is as expected."""
        return not self.fault


def make(client: httpx.Client, call: Call, clock: Callable[[], float] = time.perf_counter) -> Outcome:
    """Makes a call; a connection that fails is an outcome, too.

    Args:
        client: follows no redirects.
        call: which one.
        clock: seconds that only go forward.
    """
    start = clock()
    try:
        answer = client.request(
            call.method, call.url, headers=list(call.headers), content=call.body.encode() or None
        )
    except httpx.HTTPError as fault:
        told = f"no answer: {type(fault).__name__}: {fault}"
        return Outcome(call, None, "", None, clock() - start, _hushed(told, call))
    seconds = clock() - start
    tokens = _tokens(answer)
    wrong = _hushed(_fault(call, answer, tokens), call)
    return Outcome(call, answer.status_code, _backend(answer), tokens, seconds, wrong)


def _fault(call: Call, answer: httpx.Response, tokens: int | None) -> str:
    if answer.status_code != call.status:
        return f"expected {call.status}: {_told(answer)}"
    is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
    if call.stream and not is_stream:
        return "expected a stream"
    if call.stream and not answer.text.rstrip().endswith("data: [DONE]"):
        return "the stream does not end with [DONE]"
    if call.tokens and not tokens:
        return "the answer counts no tokens"
    return ""


def _told(answer: httpx.Response) -> str:
    """What a refusal says: OpenAI's and API Management's form, else its first line."""
    body = _json(answer.text)
    error = body.get("error")
    inner = error if isinstance(error, Mapping) else body
    words = [str(inner[name]) for name in ("code", "message") if inner.get(name)]
    return (
        ": ".join(words) if words else (answer.text.strip().splitlines() or [answer.reason_phrase])[0][:200]
    )


def _backend(answer: httpx.Response) -> str:
    return " in ".join(answer.headers[name] for name in (_DEPLOYMENT, _REGION) if name in answer.headers)


def _tokens(answer: httpx.Response) -> int | None:
    """`usage.total_tokens` of an answer, or of the last event of a stream that has it."""
    texts = [answer.text]
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        texts = [line[5:] for line in answer.text.splitlines() if line.startswith("data:")]
    for text in reversed(texts):
        usage = _json(text).get("usage")
        total = usage.get("total_tokens") if isinstance(usage, Mapping) else None
        if isinstance(total, int):
            return total
    return None


def _json(text: str) -> Mapping[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _hushed(text: str, call: Call) -> str:
    """A text without what the headers of the call held: a key is never shown."""
    for name, value in call.headers:
        if value and name.lower() not in {"content-type", "accept"}:
            text = text.replace(value, "…")
    return text
