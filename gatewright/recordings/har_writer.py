"""Exchanges as HAR 1.2: the same exchanges give the same bytes.

A body that is UTF-8 stands as text, any other as base64. Bodies stand decoded, as the exchange has them.

Source: http://www.softwareishard.com/blog/har-12-spec/ (2012-03).
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qsl, urlsplit

from gatewright.diagnostics import Rejected, Span
from gatewright.recordings.codes import CANNOT_WRITE
from gatewright.recordings.exchange import Exchange, Headers
from gatewright.recordings.har_reader import UNKNOWN_TIME
from gatewright.recordings.prompts import Json

CREATOR = "gatewright"
_HTTP = "HTTP/1.1"


def write_har(
    exchanges: Iterable[Exchange], target: Path | TextIO, *, creator: str = CREATOR, comment: str = ""
) -> None:
    """Writes exchanges to a file, whole or not at all, or to an open text file.

    Args:
        exchanges: in the order in which they shall stand.
        target: the file's path, or an open text file.
        creator: name of the program that recorded them.
        comment: what the recording is, for a person.

    Raises:
        Rejected: REC905 when the file cannot be written.
    """
    text = render_har(exchanges, creator=creator, comment=comment)
    if isinstance(target, Path):
        write_whole(target, text.encode("utf-8"))
    else:
        target.write(text)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file, readable by its owner alone, whole or not at all.

    Raises:
        Rejected: REC905 when it cannot be written.
    """
    try:
        _replace(path, data)
    except OSError as fault:
        about = f"cannot write the recording: {fault.strerror or fault}"
        hint = "name a file in a folder that exists and can be written"
        raise Rejected([CANNOT_WRITE.at(Span(str(path)), about, hint=hint)]) from fault


def _replace(path: Path, data: bytes) -> None:
    """Writes beside the place first, so that a cut in the middle leaves what was there."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def render_har(exchanges: Iterable[Exchange], *, creator: str = CREATOR, comment: str = "") -> str:
    """Exchanges as the text of a HAR file."""
    log: dict[str, Json] = {"version": "1.2", "creator": {"name": creator, "version": "1"}}
    if comment:
        log["comment"] = comment
    log["entries"] = [_entry(exchange) for exchange in exchanges]
    return json.dumps({"log": log}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _entry(exchange: Exchange) -> Json:
    started = (exchange.started or UNKNOWN_TIME).astimezone(UTC)
    duration = exchange.duration_ms or 0
    entry: dict[str, Json] = {
        "startedDateTime": started.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "time": duration,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": _wait(exchange), "receive": duration - _wait(exchange)},
    }
    if exchange.tenant is not None:
        entry["_tenant"] = exchange.tenant
    if exchange.request_id is not None:
        entry["_requestId"] = exchange.request_id
    if exchange.hashed:
        entry["_hashed"] = True
    return entry


def _wait(exchange: Exchange) -> float:
    duration = exchange.duration_ms or 0
    return min(max(exchange.chunks[0][0], 0.0), duration) if exchange.chunks else duration


def _request(exchange: Exchange) -> Json:
    request: dict[str, Json] = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(exchange.request_headers),
        "queryString": _query(exchange.url),
        "headersSize": -1,
        "bodySize": len(exchange.request_body),
    }
    if exchange.request_body:
        text, encoded = _text(exchange.request_body)
        data: dict[str, Json] = {"mimeType": _type(exchange.request_headers), "text": text}
        if encoded:
            data["_encoding"] = "base64"
        request["postData"] = data
    return request


def _response(exchange: Exchange) -> Json:
    text, encoded = _text(exchange.response_body)
    content: dict[str, Json] = {
        "size": len(exchange.response_body),
        "mimeType": _type(exchange.response_headers),
        "text": text,
    }
    if encoded:
        content["encoding"] = "base64"
    response: dict[str, Json] = {
        "status": exchange.status,
        "statusText": exchange.reason,
        "httpVersion": _HTTP,
        "cookies": [],
        "headers": _headers(exchange.response_headers),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(exchange.response_body),
    }
    if exchange.chunks:
        response["_chunks"] = [[time, len(data)] for time, data in exchange.chunks]
    return response


def _headers(headers: Headers) -> list[Json]:
    return [{"name": name, "value": value} for name, value in headers]


def _query(url: str) -> list[Json]:
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def _type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def _text(body: bytes) -> tuple[str, bool]:
    """A body as text, and whether it had to be encoded as base64."""
    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True
