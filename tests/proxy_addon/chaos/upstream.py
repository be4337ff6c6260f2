"""An upstream that can also answer what is no HTTP, or no sense."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from tests.proxy_addon.chaos.kinds import CONTENT, truth, zipped
from tests.proxy_addon.upstream import Seen, Upstream, document

_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_SSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
_CHUNKED = _SSE + b"transfer-encoding: chunked\r\n\r\n"


class Malformed(Upstream):
    """Answers as `kinds` says, on top of what `Upstream` knows."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # what still hangs when the run is over
            await super()._serve(reader, writer)

    async def _answer(self, script: dict[str, Any], seen: Seen, writer: asyncio.StreamWriter) -> bool:
        do, number = script.get("do", ""), script.get("n", 1)
        sent = _whole_answer(do, number)
        if sent is None:
            return await super()._answer(script, seen, writer)
        step = max(script.get("step", 4000), len(sent) // 40)
        for at in range(0, len(sent), step):
            writer.write(sent[at : at + step])
            await writer.drain()
            await asyncio.sleep(script.get("pause", 0))
        return do == "gzip" or (do in CONTENT and do != "short-length")


def _whole_answer(do: str, number: int) -> bytes | None:
    """Head and body of what `Upstream` does not know; None for the others."""
    if do == "bad-status":
        return b"HTTP/1.1 what OK\r\n\r\n"
    if do == "bad-chunk":
        return _CHUNKED + b"5\r\ndata:\r\nxyz\r\nnot a chunk"
    if do == "two-lengths":
        return _JSON + b"content-length: 5\r\ncontent-length: 7\r\n\r\n" + document(number)
    if do == "long-length":
        body = document(number)
        return _JSON + b"content-length: %d\r\n\r\n" % (len(body) + 1 + number % 500) + body
    if do == "gzip":
        body = zipped(number)
        return _JSON + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    if do not in CONTENT:
        return None
    body = truth(do, number).body or b""
    if do in ("garbage", "error-event"):
        return _CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    extra = b"content-encoding: gzip\r\n" if do == "gzip-cut" else b""
    surplus = document(number)[len(body) :] if do == "short-length" else b""
    return _JSON + extra + b"content-length: %d\r\n\r\n" % len(body) + body + surplus
