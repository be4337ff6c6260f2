"""What is written is read back: `read(write(x)) == x`."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.diagnostics import Rejected
from gatewright.recordings import Exchange, Source, read_har, render_har, write_har

HEADERS = st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=3).map(tuple)
BODIES = st.binary(max_size=30) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass"))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))
URLS = st.sampled_from(
    ["https://a.example.org/x?a=1&b=%20&a=é", "http://[::1]:80/", "https://a/x?=&&", "http://[x"]
)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    parts = draw(st.lists(st.tuples(st.floats(0, 1e6), st.binary(min_size=1, max_size=9)), max_size=3))
    return Exchange(
        method=draw(st.sampled_from(["GET", "POST", "M-SEARCH"])),
        url=draw(URLS),
        request_headers=draw(HEADERS),
        request_body=draw(BODIES),
        status=draw(st.integers(0, 999)),
        reason=draw(st.text(max_size=5)),
        response_headers=draw(HEADERS),
        response_body=b"".join(part for _, part in parts) or draw(BODIES),
        chunks=tuple(parts),
        started=draw(st.none() | TIMES),
        duration_ms=draw(st.none() | st.floats(0.001, 1e9)),
        tenant=draw(st.none() | st.text(max_size=5)),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(exchanges(), max_size=3))
def test_exchanges_are_read_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, given_exchanges: list[Exchange]
) -> None:
    file = tmp_path_factory.getbasetemp() / "round.har"
    write_har(given_exchanges, file)
    first = file.read_bytes()
    found = read_har(file)
    assert found == [replace(e, source=Source(str(file), i)) for i, e in enumerate(given_exchanges)]
    write_har(found, file)
    assert file.read_bytes() == first


def test_the_shared_recordings_survive_a_round_trip(test_data: Path, tmp_path: Path) -> None:
    for file in sorted((test_data / "recordings" / "har").glob("*.har")):
        before = read_har(file)
        write_har(before, tmp_path / "again.har", creator="test", comment=file.name)
        after = read_har(tmp_path / "again.har")
        assert [replace(e, source=None) for e in after] == [replace(e, source=None) for e in before]


def test_the_file_is_har_1_2_with_creator_and_comment() -> None:
    exchange = Exchange("POST", "https://a.example.org/x?code=1", request_body=b"\xff", status=200)
    file = io.StringIO()
    write_har([exchange], file, creator="gatewright", comment="made by the simulator")
    log = json.loads(file.getvalue())["log"]
    assert (log["version"], log["creator"]["name"], log["comment"]) == (
        "1.2",
        "gatewright",
        "made by the simulator",
    )
    entry = log["entries"][0]
    assert set(entry) == {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert set(entry["request"]) == {
        *("method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"),
        "postData",
    }
    assert entry["request"]["queryString"] == [{"name": "code", "value": "1"}]
    assert entry["request"]["postData"] == {"mimeType": "", "text": "/w==", "_encoding": "base64"}
    assert entry["response"]["content"] == {"size": 0, "mimeType": "", "text": ""}


def test_the_same_exchanges_give_the_same_text() -> None:
    exchange = Exchange("GET", "https://a.example.org/", status=200, duration_ms=2.5, chunks=((1.0, b"x"),))
    assert render_har([exchange]) == render_har([exchange])
    timings = json.loads(render_har([exchange]))["log"]["entries"][0]["timings"]
    assert timings == {"send": 0, "wait": 1.0, "receive": 1.5}


def test_a_file_that_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        write_har([], tmp_path / "none" / "r.har")
    assert caught.value.diagnostics[0].code == "REC905"
    (tmp_path / "taken").mkdir()
    with pytest.raises(Rejected):
        write_har([], tmp_path / "taken")
    assert [item.name for item in tmp_path.iterdir()] == ["taken"]
