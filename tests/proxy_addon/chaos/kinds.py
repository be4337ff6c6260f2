"""What exchanges there are: what the upstream does, what is true then, and how the client behaves."""

from __future__ import annotations

import gzip
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.proxy_addon.gate import Got
from tests.proxy_addon.upstream import document, embeddings, sse

GARBAGE = ('data: {"usage":{"prompt_tokens":}\n\ndata: \x01\n: \n\n{}' * 20).encode()
ERROR = b'data: {"error":{"code":"server_error","message":"The server had an error"}}\n\ndata: [DONE]\n\n'
PLAIN = ("chunked", "length", "close", "json", "embeddings", "gzip")
CUT = ("fin", "rst", "long-length")
CONTENT = ("garbage", "error-event", "bad-json", "gzip-cut", "short-length")
HEADLESS = ("bad-status", "two-lengths", "close-at-once")
CLIENTS = ("leave", "reset", "slow")
KINDS = (*PLAIN, *PLAIN, "chunked", "chunked", *CUT, *CONTENT, *HEADLESS, *CLIENTS, "bad-chunk", "429", "500")
SLOW_WORDS = 3000


@dataclass(frozen=True)
class Truth:
    """What a client of the upstream itself would have got.

    Attributes:
        status: the status, 502 where there is no valid head.
        body: the body, whole; None where the answer is the proxy's own.
        whole: whether the upstream gives it whole, by its framing.
        usage: input and output tokens that the upstream states, None where it states none.
        framed: whether a client can know that it has everything.
    """

    status: int = 200
    body: bytes | None = b""
    whole: bool = True
    usage: tuple[int, int | None] | None = None
    framed: bool = True


@dataclass
class Exchange:
    """One exchange, and what came of it.

    Attributes:
        got: what the client saw.
        ended: when it ended, by the clock of the run.
        life: the number of the process that it was sent to.
    """

    kind: str
    number: int
    dice: random.Random
    request: str = field(default_factory=lambda: str(uuid.uuid4()))
    got: Got = field(default_factory=Got)
    ended: float = 0.0
    life: int = 0

    @property
    def truth(self) -> Truth:
        """What would have been seen without the proxy."""
        return truth(self.kind, self.number)

    def script(self) -> dict[str, Any]:
        """What the upstream does."""
        size = len(sse(self.number, usage=False))
        step, pause = self.dice.choice([1, 7, 31, 400, 4000]), self.dice.choice([0, 0, 0, 0.001, 0.01])
        script: dict[str, Any] = {"do": self.kind, "n": self.number, "step": max(step, 20) if pause else step}
        script["pause"] = pause
        if self.kind in ("rst", "fin"):
            script["cut"] = self.dice.randrange(size)
        if self.kind in ("leave", "reset"):
            script |= {"do": "stall", "cut": self.dice.randrange(300, size)}
        if self.kind == "slow":
            script |= {"do": "chunked", "words": SLOW_WORDS, "step": 4000}
        return script


def truth(kind: str, number: int) -> Truth:
    """What a client of the upstream itself would have got of an exchange of this kind."""
    usage = (100 + number, 10 + number)
    if kind in ("429", "500"):
        return Truth(int(kind), errors()[kind])
    if kind in HEADLESS:
        return Truth(502, None)
    if kind == "bad-chunk":
        return Truth(body=b"data:", whole=False)
    if kind == "embeddings":
        return Truth(body=embeddings(number), usage=(number, None))
    if kind in ("json", "long-length"):
        return Truth(body=document(number), whole=kind == "json", usage=usage)
    if kind == "gzip":
        return Truth(body=zipped(number), usage=usage)
    if kind in CONTENT:
        return Truth(body=_content(kind, number))
    body = sse(number, usage=False, words=SLOW_WORDS if kind == "slow" else 0)
    cut = kind in ("fin", "rst", "leave", "reset")
    return Truth(body=body, whole=not cut, usage=usage, framed=kind != "close")


def zipped(number: int) -> bytes:
    """A compressed document, the same at every call."""
    return gzip.compress(document(number), mtime=0)


def errors() -> dict[str, bytes]:
    """Bodies of refusals, by status."""
    return {"429": b'{"error":{"code":"429","message":"Rate limit"}}', "500": b"oops"}


def _content(kind: str, number: int) -> bytes:
    """Bodies that are framed well and make no sense, or none in the end."""
    if kind == "garbage":
        return GARBAGE
    if kind == "error-event":
        return sse(number, usage=False).partition(b"data: [DONE]")[0] + ERROR
    if kind == "gzip-cut":
        return zipped(number)[: len(zipped(number)) // 2]
    return document(number).partition(b'"usage"')[0] + b'"usage'
