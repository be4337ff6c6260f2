"""How Azure OpenAI spells errors, headers and JSON, and how a connection is ended early.

Sources: recorded answers of the service (2025-08 to 2026-08): 401, 404 DeploymentNotFound, 429
RateLimitReached, chat and embeddings with their headers.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from gatewright.harness.upstreams.words import Json

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes
    headers: Headers = ()


class Refused(Exception):
    """Ends the work on a request that the service refuses."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that the service refuses.

    Attributes:
        status: HTTP status.
        code: what stands in `error.code`.
        message: what stands in `error.message`.
        kind: what stands in `error.type`, absent where the service sends none.
        param: the field at fault, or None.
        headers: headers beside the usual ones.
        extra: more members of `error`.
    """

    status: int
    code: str | None
    message: str
    kind: str | None = None
    param: str | None = None
    headers: Headers = ()
    extra: Mapping[str, Json] = field(default_factory=dict)

    def answer(self) -> Answer:
        """The refusal as the service writes it."""
        error: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.kind is not None:
            error |= {"type": self.kind, "param": self.param}
        return Answer(self.status, compact({"error": error | dict(self.extra)}), self.headers)


def compact(value: Json) -> bytes:
    """JSON without spaces, UTF-8, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def invalid(message: str, param: str | None = None) -> Refusal:
    """400 for a request that is not as the API asks."""
    return Refusal(400, None, message, "invalid_request_error", param)


def deployment_not_found() -> Refusal:
    """404 as recorded for a deployment that does not exist."""
    message = (
        "The API deployment for this resource does not exist. If you created the deployment within the last "
        "5 minutes, please wait a moment and try again."
    )
    return Refusal(404, "DeploymentNotFound", message)


def resource_not_found() -> Refusal:
    """404 for a path or an api-version that the service does not know."""
    return Refusal(404, "404", "Resource not found")


def access_denied() -> Refusal:
    """401 as recorded."""
    message = (
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid "
        "key for an active subscription and use a correct regional API endpoint for your resource."
    )
    return Refusal(401, "401", message)


def rate_limited(deployment: str, region: str, retry_after_seconds: int) -> Refusal:
    """429 as recorded, with Retry-After in seconds and in milliseconds."""
    message = f"Your requests to {deployment} for {deployment} in {region} have exceeded rate limit."
    headers = (("retry-after", str(retry_after_seconds)), ("retry-after-ms", str(retry_after_seconds * 1000)))
    return Refusal(429, "RateLimitReached", message, headers=headers, extra={"details": message})


def context_length_exceeded(limit: int, asked: int) -> Refusal:
    """400 for a prompt (with the answer asked for) that does not fit the context."""
    message = (
        f"This model's maximum context length is {limit} tokens. However, your messages resulted in {asked} "
        "tokens. Please reduce the length of the messages."
    )
    return Refusal(400, "context_length_exceeded", message, "invalid_request_error", "messages")


def content_filtered() -> Refusal:
    """400 for a prompt that the content filter stops."""
    message = (
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
        "Please modify your prompt and retry."
    )
    inner: Json = {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {**SAFE, "hate": {"filtered": True, "severity": "high"}},
    }
    return Refusal(
        400,
        "content_filter",
        message,
        None,
        None,
        (),
        {"param": "prompt", "status": 400, "innererror": inner},
    )


def of_status(status: int, deployment: str, region: str, retry_after_seconds: int | None) -> Refusal:
    """The service's own error of a status, for faults to simulate."""
    after: Headers = () if retry_after_seconds is None else (("retry-after", str(retry_after_seconds)),)
    match status:
        case 400:
            return content_filtered()
        case 401:
            return access_denied()
        case 404:
            return deployment_not_found()
        case 429:
            return rate_limited(deployment, region, 1 if retry_after_seconds is None else retry_after_seconds)
        case 503:
            return Refusal(
                503, "ServiceUnavailable", "The service is temporarily unavailable.", headers=after
            )
        case _:
            return Refusal(status, str(status), f"The service answered with status {status}.", headers=after)


SAFE: Mapping[str, Json] = {
    "hate": {"filtered": False, "severity": "safe"},
    "self_harm": {"filtered": False, "severity": "safe"},
    "sexual": {"filtered": False, "severity": "safe"},
    "violence": {"filtered": False, "severity": "safe"},
}


async def send_answer(send: Send, answer: Answer) -> None:
    """Sends a whole answer with its length."""
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    await send({"type": "http.response.start", "status": answer.status, "headers": raw(headers)})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


async def send_parts(send: Send, status: int, headers: Headers, parts: AsyncIterator[bytes]) -> None:
    """Sends an answer part by part, without a length."""
    await send({"type": "http.response.start", "status": status, "headers": raw(headers)})
    async for part in parts:
        if part:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def raw(headers: Headers | list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI wants them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request.

    Raises:
        ConnectionResetError: the client has left before its end.
    """
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client left before the end of its request")
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def end_connection(scope: Scope, receive: Receive, send: Send, *, reset: bool) -> None:
    """Ends the connection now: at once, or after what is already written.

    ASGI has no word for this; uvicorn's `send` is a method of the object that holds the transport.

    Raises:
        ConnectionResetError: the server is not uvicorn (a test that calls the application directly).
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError(f"{scope['path']}: the connection ends here")
    if reset:
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        continue
