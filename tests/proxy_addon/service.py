"""A model service for real clients: bodies in the shapes that Azure OpenAI, OpenAI and Anthropic publish.

It knows one deployment and refuses every other model, as a service does. What it says of usage follows from
what it was asked, so that a lost or doubled byte shows. What it stated it keeps,
by the header `x-client-call`.

Sources of the shapes: https://platform.openai.com/docs/api-reference (2026-10),
https://docs.anthropic.com/en/api/messages-streaming (2026-10).
"""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

DEPLOYMENT = "the-deployment"
WORDS = ["Grüße", " aus", " 東京", ':\n"usage":null', " 🎉", " end."]
VECTOR = [0.25, -0.5, 0.125, 1.0]
PICTURE = base64.b64encode(b"\x89PNG not really").decode()
SOUND = bytes(range(256)) * 400
TOOL = {"name": "get_weather", "arguments": '{"city":"Zürich"}'}

Json = dict[str, Any]


class Service:
    """The service on a free port of loopback.

    Attributes:
        stated: the usage that was stated, by call; in the service's own words.
        bodies: SHA-256 of the bodies that came, by call.
    """

    def __init__(self) -> None:
        self.stated: dict[str, Json] = {}
        self.bodies: dict[str, str] = {}
        routes = [
            Route(f"{prefix}{path}", handler, methods=["POST"])
            for prefix in ("/openai/deployments/{model}", "/openai/v1", "/openai")
            for path, handler in {
                "/chat/completions": self.chat,
                "/responses": self.responses,
                "/embeddings": self.embeddings,
                "/images/generations": self.images,
                "/audio/transcriptions": self.transcriptions,
                "/audio/speech": self.speech,
            }.items()
        ]
        routes.append(Route("/anthropic/v1/messages", self.messages, methods=["POST"]))
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="critical", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    async def _asked(self, request: Request) -> Json | Response:
        raw = await request.body()
        call = request.headers.get("x-client-call", "")
        self.bodies[call] = hashlib.sha256(raw).hexdigest()
        asked: Json = json.loads(raw)
        if request.path_params.get("model", asked.get("model")) != DEPLOYMENT:
            return _unknown_model()
        return asked | {"call": call}

    def _state(self, call: str, usage: Json) -> Json:
        self.stated[call] = usage
        return usage

    async def chat(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        text = "".join(str(message.get("content")) for message in asked["messages"])
        usage = self._state(
            asked["call"],
            {
                "prompt_tokens": len(text),
                "completion_tokens": len(WORDS),
                "total_tokens": len(text) + len(WORDS),
                "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 2, "audio_tokens": 0},
            },
        )
        head = {"id": "chatcmpl-1", "created": 1_767_225_600, "model": "gpt-4.1-2025-04-14"}
        if asked.get("stream"):
            wants = (asked.get("stream_options") or {}).get("include_usage") is True
            return _events(_chat_chunks(head, asked, usage if wants else None), end=b"data: [DONE]\n\n")
        message: Json = {"role": "assistant", "content": _said(asked), "refusal": None}
        if asked.get("tools"):
            message |= {
                "content": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": TOOL}],
            }
        reason = "tool_calls" if asked.get("tools") else "stop"
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        return JSONResponse(head | {"object": "chat.completion", "choices": [choice], "usage": usage})

    async def responses(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        size = len(str(asked["input"]))
        usage = self._state(
            asked["call"],
            {
                "input_tokens": size,
                "input_tokens_details": {"cached_tokens": 1},
                "output_tokens": 9,
                "output_tokens_details": {"reasoning_tokens": 4},
                "total_tokens": size + 9,
            },
        )
        part = {"type": "output_text", "text": "".join(WORDS), "annotations": []}
        item = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
        made: Json = {
            "id": "resp_1",
            "object": "response",
            "created_at": 1_767_225_600,
            "status": "completed",
            "model": "gpt-4.1",
            "output": [item],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": usage,
        }
        return _events(_response_events(made, item)) if asked.get("stream") else JSONResponse(made)

    async def embeddings(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        packed = base64.b64encode(b"\x00\x00\x80>\x00\x00\x00\xbf\x00\x00\x00>\x00\x00\x80?").decode()
        vector = packed if asked.get("encoding_format") == "base64" else VECTOR
        data = [{"object": "embedding", "index": at, "embedding": vector} for at in range(len(texts))]
        size = sum(len(text) for text in texts)
        usage = self._state(asked["call"], {"prompt_tokens": size, "total_tokens": size})
        return JSONResponse({"object": "list", "data": data, "model": "embed-3", "usage": usage})

    async def images(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        usage = self._state(
            asked["call"],
            {
                "input_tokens": len(asked["prompt"]),
                "input_tokens_details": {"text_tokens": len(asked["prompt"]), "image_tokens": 0},
                "output_tokens": 272,
                "total_tokens": len(asked["prompt"]) + 272,
            },
        )
        return JSONResponse({"created": 1_767_225_600, "data": [{"b64_json": PICTURE}], "usage": usage})

    async def transcriptions(self, request: Request) -> Response:
        form = _form(request.headers["content-type"], await request.body())
        call = request.headers.get("x-client-call", "")
        if request.path_params.get("model", form["model"].decode()) != DEPLOYMENT:
            return _unknown_model()
        sound = form["file"]
        self.bodies[call] = hashlib.sha256(sound).hexdigest()
        details = {"audio_tokens": len(sound), "text_tokens": 0}
        usage = {"type": "tokens", "input_tokens": len(sound), "input_token_details": details}
        self._state(call, usage | {"output_tokens": 6, "total_tokens": len(sound) + 6})
        whole = {"text": "".join(WORDS), "usage": self.stated[call]}
        if form.get("stream") == b"true":
            deltas = [{"type": "transcript.text.delta", "delta": word} for word in WORDS]
            return _events(iter([*deltas, {"type": "transcript.text.done", **whole}]))
        return JSONResponse(whole)

    async def speech(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        self._state(asked["call"], {"characters": len(asked["input"])})
        return Response(SOUND, media_type="audio/mpeg")

    async def messages(self, request: Request) -> Response:
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        size = len(str(asked["messages"][0]["content"]))
        before = {"input_tokens": size, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 5}
        usage = self._state(asked["call"], before | {"output_tokens": 11})
        made = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "stop_sequence": None,
        }
        if asked.get("stream"):
            return _events(_message_events(made, before), named=True)
        content = [{"type": "text", "text": "".join(WORDS)}]
        return JSONResponse(made | {"content": content, "stop_reason": "end_turn", "usage": usage})


def _form(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a form, by the standard library's reader of MIME."""
    head = f"content-type: {content_type}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts()
    found: dict[str, bytes] = {}
    for part in parts:
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(part.get_param("name", header="content-disposition"))] = content
    return found


def _unknown_model() -> Response:
    error = {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}
    return JSONResponse({"error": error}, 404)


def _said(asked: Json) -> str:
    """What is answered; an object where a schema asks for one."""
    wants = (asked.get("response_format") or {}).get("type")
    return '{"city":"Zürich","degrees":21}' if wants == "json_schema" else "".join(WORDS)


def _events(
    values: Iterator[Json], *, end: bytes = b"", named: bool = False, step: int = 37
) -> StreamingResponse:
    """A stream of events, cut anywhere."""

    async def cut() -> AsyncIterator[bytes]:
        whole = b"".join(_event(value, named) for value in values) + end
        for at in range(0, len(whole), step):
            yield whole[at : at + step]

    return StreamingResponse(cut(), media_type="text/event-stream")


def _event(value: Json, named: bool) -> bytes:
    name = f"event: {value['type']}\n" if named else ""
    return f"{name}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def _chat_chunks(head: Json, asked: Json, usage: Json | None) -> Iterator[Json]:
    null = {} if usage is None else {"usage": None}
    chunk = head | {"object": "chat.completion.chunk"}

    def one(delta: Json, reason: str | None = None) -> Json:
        return chunk | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]} | null

    yield one({"role": "assistant", "content": None if asked.get("tools") else ""})
    if asked.get("tools"):
        call = {"index": 0, "id": "call_1", "type": "function"}
        yield one({"tool_calls": [call | {"function": {"name": TOOL["name"], "arguments": ""}}]})
        for letter in TOOL["arguments"]:
            yield one({"tool_calls": [{"index": 0, "function": {"arguments": letter}}]})
    else:
        said = _said(asked)
        for word in WORDS if said == "".join(WORDS) else said:
            yield one({"content": word})
    yield one({}, "tool_calls" if asked.get("tools") else "stop")
    if usage is not None:
        yield chunk | {"choices": [], "usage": usage}


def _response_events(made: Json, item: Json) -> Iterator[Json]:
    empty = made | {"status": "in_progress", "output": [], "usage": None}
    part = item["content"][0]
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    opened = item | {"status": "in_progress", "content": []}
    found: list[Json] = [
        {"type": "response.created", "response": empty},
        {"type": "response.output_item.added", "output_index": 0, "item": opened},
        {"type": "response.content_part.added", **at, "part": part | {"text": ""}},
        *({"type": "response.output_text.delta", **at, "delta": word, "logprobs": []} for word in WORDS),
        {"type": "response.output_text.done", **at, "text": part["text"], "logprobs": []},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": made},
    ]
    for number, event in enumerate(found):
        yield event | {"sequence_number": number}


def _message_events(made: Json, before: Json) -> Iterator[Json]:
    start = made | {"content": [], "stop_reason": None, "usage": before | {"output_tokens": 1}}
    yield {"type": "message_start", "message": start}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield {"type": "ping"}
    for word in WORDS:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
    yield {"type": "content_block_stop", "index": 0}
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 11}}
    yield {"type": "message_stop"}


@contextlib.contextmanager
def running() -> Iterator[Service]:
    """The service while it is needed."""
    service = Service()
    try:
        yield service
    finally:
        service.close()
