"""Answers of an upstream that are rare or wrong: what the client sees, the record, what the log says."""

from __future__ import annotations

import uuid

import pytest

from gatewright.metering.record import Settlement, UsageSource
from tests.proxy_addon.gate import Gate
from tests.proxy_addon.upstream import document, sse

pytestmark = pytest.mark.e2e

DOCUMENT, STREAM = document(5), sse(5, True)
WHOLE = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(DOCUMENT)
    + DOCUMENT
)
CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.parametrize(
    "interim",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n",
        b"HTTP/1.1 102\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
    ],
    ids=["100", "103", "102 and 103"],
)
async def test_an_interim_answer_is_passed_over(gate: Gate, interim: bytes) -> None:
    request = str(uuid.uuid4())
    script = {"do": "raw", "bytes": (interim + WHOLE).decode("latin-1")}
    got = await gate.send(request=request, script=script)
    assert (got.status, got.body, got.whole) == (200, DOCUMENT, True)
    record = await gate.record(request)
    assert (record.status, record.usage_source, record.usage.input_tokens) == (200, UsageSource.REPORTED, 105)


async def test_an_upstream_that_closes_behind_an_interim_answer_has_not_answered(gate: Gate) -> None:
    request = str(uuid.uuid4())
    script = {"do": "raw", "bytes": "HTTP/1.1 103 Early Hints\r\n\r\n"}
    got = await gate.send(request=request, script=script)
    assert got.status == 502
    assert (await gate.record(request)).settlement is Settlement.FAILED


@pytest.mark.parametrize("broken", [b"zz\r\nabc", b"-5\r\nabc", b"1", b"1a\r"])
async def test_a_chunk_that_is_broken_cuts_the_answer_and_nothing_else(gate: Gate, broken: bytes) -> None:
    for part in (STREAM[:300], STREAM):
        request = str(uuid.uuid4())
        script = {"do": "raw", "bytes": (CHUNKED + chunk(part) + broken).decode("latin-1")}
        got = await gate.send(request=request, script=script, stream=True)
        assert (got.status, got.whole) == (200, False)
        record = await gate.record(request)
        ended = part == STREAM
        assert record.usage_source is (UsageSource.REPORTED if ended else UsageSource.ESTIMATED)
        assert record.settlement is (Settlement.COMPLETE if ended else Settlement.ABORTED_BY_UPSTREAM)
    assert "crashed" not in gate.log.read_text()


async def test_trailers_end_a_stream_like_any_other_end(gate: Gate) -> None:
    request = str(uuid.uuid4())
    raw = CHUNKED + chunk(STREAM[:100]) + chunk(STREAM[100:]) + b"0\r\nx-t: 1\r\n\r\n"
    got = await gate.send(request=request, script={"do": "raw", "bytes": raw.decode("latin-1")}, stream=True)
    assert (got.status, got.whole) == (200, True)
    assert (await gate.record(request)).usage.input_tokens == 105
