"""HAR files: what is wrong is refused with a code, a place where there is one, and a way out."""

from __future__ import annotations

import base64
import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.diagnostics import Rejected
from gatewright.recordings import Exchange, Source, read_har

ENTRY: dict[str, Any] = {
    "startedDateTime": "2026-11-01T12:00:00.250Z",
    "time": 40,
    "request": {
        "method": "POST",
        "url": "https://aoai-1.openai.azure.com/openai/deployments/gpt/embeddings?api-version=1",
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "postData": {"mimeType": "application/json", "text": '{"input":"é"}'},
    },
    "response": {
        "status": 200,
        "statusText": "OK",
        "headers": [{"name": "x", "value": "1"}, {"name": "x", "value": "2"}],
        "content": {"text": "data: é\n\n"},
        "_chunks": [[12.5, 7], [30, 3]],
    },
    "_tenant": "retail-search",
}


def har(*entries: object) -> dict[str, object]:
    return {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": list(entries)}}


def write(path: Path, value: object) -> Path:
    file = path / "r.har"
    file.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return file


def refused(path: Path) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read_har(path)
    assert all(fault.hint for fault in caught.value.diagnostics)
    return caught.value


def changed(path: list[str | int], value: object) -> dict[str, Any]:
    entry = copy.deepcopy(ENTRY)
    place: Any = entry
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return entry


def test_an_exchange_is_read_whole(tmp_path: Path) -> None:
    file = write(tmp_path, har(ENTRY))
    body = "data: é\n\n".encode()
    assert read_har(file) == [
        Exchange(
            method="POST",
            url="https://aoai-1.openai.azure.com/openai/deployments/gpt/embeddings?api-version=1",
            request_headers=(("Content-Type", "application/json"),),
            request_body='{"input":"é"}'.encode(),
            status=200,
            reason="OK",
            response_headers=(("x", "1"), ("x", "2")),
            response_body=body,
            chunks=((12.5, body[:7]), (30.0, body[7:])),
            started=datetime(2026, 11, 1, 12, 0, 0, 250000, tzinfo=UTC),
            duration_ms=40.0,
            tenant="retail-search",
            source=Source(str(file), 0),
        )
    ]


def test_bodies_in_base64_are_decoded_on_both_sides(tmp_path: Path) -> None:
    encoded = base64.b64encode(b"\xff\x00").decode()
    entry = changed(["request", "postData"], {"text": encoded, "_encoding": "base64"})
    entry["response"] = {"status": 200, "headers": [], "content": {"text": encoded, "encoding": "base64"}}
    exchange = read_har(write(tmp_path, har(entry)))[0]
    assert (exchange.request_body, exchange.response_body) == (b"\xff\x00", b"\xff\x00")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["request", "postData"], ...),
        (["response", "content"], {}),
        (["startedDateTime"], ...),
        (["time"], -1),
        (["_tenant"], ...),
        (["response", "statusText"], ...),
    ],
)
def test_what_only_a_viewer_needs_may_be_missing(
    tmp_path: Path, path: list[str | int], value: object
) -> None:
    entry = changed(path, value)
    entry["response"].pop("_chunks")
    assert len(read_har(write(tmp_path, har(entry)))) == 1


def test_the_epoch_and_zero_mean_that_times_are_not_known(tmp_path: Path) -> None:
    entry = changed(["startedDateTime"], "1970-01-01T00:00:00.000Z") | {"time": 0}
    exchange = read_har(write(tmp_path, har(entry)))[0]
    assert (exchange.started, exchange.duration_ms) == (None, None)


@pytest.mark.parametrize(
    ("path", "value", "about"),
    [
        (["request"], ..., "log.entries[1].request is missing"),
        (["response"], None, "log.entries[1].response is missing"),
        (["response"], [], "log.entries[1].response is no object"),
        (["request", "method"], ..., ".request.method is missing"),
        (["request", "method"], "GET IT", ".request.method is no HTTP method"),
        (["request", "url"], ..., ".request.url is missing"),
        (["request", "url"], "/openai", ".request.url is no absolute URL"),
        (["request", "url"], 7, ".request.url is no text"),
        (["request", "headers"], ..., ".request.headers is missing"),
        (["request", "headers"], {}, ".request.headers is no list"),
        (["request", "headers", 0], {"name": "x"}, ".request.headers[0].value is missing"),
        (["request", "postData"], "x", ".request.postData is no object"),
        (["request", "postData", "_encoding"], "gzip", "._encoding is not base64"),
        (["response", "status"], ..., ".response.status is missing"),
        (["response", "status"], "200", ".response.status is no HTTP status"),
        (["response", "status"], True, ".response.status is no HTTP status"),
        (
            ["response", "content"],
            {"text": "%%", "encoding": "base64"},
            ".response.content.text is not base64",
        ),
        (["response", "_chunks"], {}, "._chunks is no list"),
        (["response", "_chunks"], [[1]], "._chunks is no list of"),
        (["response", "_chunks"], [[1, 3]], "._chunks does not fit the body"),
        (["response", "_chunks"], [[1, 11]], "._chunks does not fit the body"),
        (["response", "_chunks"], [[1, 0], [1, 10]], "._chunks does not fit the body"),
        (["startedDateTime"], "yesterday", ".startedDateTime is no ISO 8601 time"),
        (["time"], "fast", ".time is no number"),
        (["_tenant"], 7, "._tenant is no text"),
        (["_requestId"], [], "._requestId is no text"),
        (["_hashed"], "yes", "._hashed is neither true nor false"),
    ],
)
def test_an_entry_that_would_be_wrong_is_named(
    tmp_path: Path, path: list[str | int], value: object, about: str
) -> None:
    fault = refused(write(tmp_path, har(ENTRY, changed(path, value))))
    assert fault.unreadable
    assert [item.code for item in fault.diagnostics] == ["REC903"]
    assert about in fault.diagnostics[0].message


def test_all_wrong_entries_are_named_not_only_the_first(tmp_path: Path) -> None:
    fault = refused(write(tmp_path, har({}, ENTRY, 7)))
    assert [item.message[:16] for item in fault.diagnostics] == ["log.entries[0].r", "log.entries[2] i"]


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b'{"log": {\n  "entries": [,]}}', "REC901", 2, 15),
        (b"", "REC901", 1, 1),
        (b"<html>", "REC901", 1, 1),
        (b'{"log":\n\xff}', "REC901", 2, 1),
        (b"[" * 100_000, "REC901", 0, 0),
        (b"[]", "REC902", 0, 0),
        (b"{}", "REC902", 0, 0),
        (b'{"log":{}}', "REC902", 0, 0),
        (b'{"log":{"entries":{}}}', "REC902", 0, 0),
        (b'{"version":1,"record_id":"r"}', "REC902", 0, 0),
        (b"1234:7:version;2:12#", "REC904", 0, 0),
    ],
)
def test_what_is_not_har_is_refused(tmp_path: Path, data: bytes, code: str, line: int, column: int) -> None:
    file = write(tmp_path, data)
    fault = refused(file)
    assert fault.unreadable
    found = fault.diagnostics[0]
    assert found.span is not None
    assert (found.code, found.span.file, found.span.line, found.span.column) == (
        code,
        str(file),
        line,
        column,
    )


@pytest.mark.parametrize("name", ["a.flow", "b.MITM"])
def test_flow_files_are_refused_by_name_even_where_they_are_not_there(tmp_path: Path, name: str) -> None:
    assert [item.code for item in refused(tmp_path / name).diagnostics] == ["REC904"]


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert [item.code for item in refused(tmp_path / "none.har").diagnostics] == ["REC900"]
    assert [item.code for item in refused(tmp_path).diagnostics] == ["REC900"]
    assert [item.code for item in refused(tmp_path / "a\0b.har").diagnostics] == ["REC900"]


def test_a_byte_order_mark_is_no_hindrance(tmp_path: Path) -> None:
    assert len(read_har(write(tmp_path, b"\xef\xbb\xbf" + json.dumps(har(ENTRY)).encode()))) == 1


LEAVES = st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | st.text(max_size=3)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2)
)
PLACES = st.sampled_from(
    [
        ["request"],
        ["request", "method"],
        ["request", "url"],
        ["request", "headers"],
        ["request", "headers", 0],
        ["request", "postData"],
        ["response", "status"],
        ["response", "content"],
        ["response", "_chunks"],
        ["response", "_chunks", 0],
        ["startedDateTime"],
        ["time"],
    ]
)


@settings(max_examples=120, deadline=None)
@given(PLACES, ANY)
def test_any_value_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, path: list[str | int], value: object
) -> None:
    file = write(tmp_path_factory.getbasetemp(), har(changed(path, value)))
    try:
        codes = {"read"} if len(read_har(file)) == 1 else set()
    except Rejected as fault:
        codes = {item.code for item in fault.diagnostics}
    assert codes in ({"read"}, {"REC901"}, {"REC903"})


def test_all_shared_recordings_are_read_and_text_is_utf_8(test_data: Path) -> None:
    count = 0
    for file in sorted((test_data / "recordings" / "har").glob("*.har")):
        entries = json.loads(file.read_text("utf-8"))["log"]["entries"]
        exchanges = read_har(file)
        count += len(exchanges)
        for entry, exchange in zip(entries, exchanges, strict=True):
            content = entry["response"]["content"]
            if "encoding" not in content:
                assert exchange.response_body == content["text"].encode("utf-8")
    assert count > 1000
