"""HAR 1.2 files as exchanges. Strict where an exchange would be wrong, tolerant where only a viewer cares.

Extensions that are read: `postData._encoding` (base64), `response._chunks` (`[[milliseconds, length], …]`),
`_tenant`, `_requestId` and `_hashed` of an entry.

Source: http://www.softwareishard.com/blog/har-12-spec/ (2012-03).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeGuard

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.recordings.codes import BAD_ENTRY, FLOW_FILE, NO_FILE, NOT_HAR, NOT_JSON
from gatewright.recordings.exchange import Exchange, Headers, Source

MAX_FAULTS = 20
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)

FLOW_SUFFIXES = frozenset({".flow", ".flows", ".mitm", ".mitmproxy"})
_FLOW_START = re.compile(rb"[0-9]{1,12}:")
_ABSOLUTE = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}\Z")  # a token of RFC 9110


def read_har(path: Path | str) -> list[Exchange]:
    """The exchanges of a HAR file, in order.

    Raises:
        Rejected: REC900 no such file, REC901 not JSON (with line and column), REC902 not HAR, REC903 entries
            that lack something (all of them, up to 20), REC904 a mitmproxy flow file.
    """
    file = str(path)
    value = _parse(_bytes(Path(path)), file)
    entries = _entries(value, file)
    reader = _Reader(file)
    exchanges = [reader.entry(entry, index) for index, entry in enumerate(entries)]
    if reader.faults:
        raise Rejected(reader.faults[:MAX_FAULTS])
    return [exchange for exchange in exchanges if exchange is not None]


def is_flow_file(path: Path) -> bool:
    """Whether a file is one of mitmproxy's, by its name or by how it begins; False where there is none."""
    if path.suffix.lower() in FLOW_SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            return _FLOW_START.match(file.read(16)) is not None
    except (OSError, ValueError):
        return False


def _bytes(path: Path) -> bytes:
    if path.suffix.lower() in FLOW_SUFFIXES:
        raise Rejected([_flow_file(str(path))])
    try:
        return path.read_bytes()
    except (OSError, ValueError) as fault:
        raise not_opened(path, fault) from fault


def not_opened(path: Path, fault: Exception) -> Rejected:
    """What to raise for a recording that the operating system does not open."""
    about = fault.strerror if isinstance(fault, OSError) and fault.strerror else "not a file name"
    message = f"cannot open the recording: {about}"
    return Rejected([NO_FILE.at(Span(str(path)), message, hint="name a HAR or flow file")])


def _flow_file(file: str) -> Diagnostic:
    hint = "read it with proxy_addon.flowfiles.read_flows, as the commands do"
    return FLOW_FILE.at(Span(file), "a mitmproxy flow file is not HAR", hint=hint)


def _parse(data: bytes, file: str) -> object:
    if _FLOW_START.match(data):
        raise Rejected([_flow_file(file)])
    try:
        value: object = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        column = fault.start - (data.rfind(b"\n", 0, fault.start) + 1) + 1
        place = Span(file, line, column, line, column + 1)
        raise Rejected(
            [NOT_JSON.at(place, "a byte here is not UTF-8", hint="HAR files are UTF-8")]
        ) from fault
    except json.JSONDecodeError as fault:
        place = Span(file, fault.lineno, fault.colno, fault.lineno, fault.colno + 1)
        message = f"not JSON: {fault.msg[:1].lower()}{fault.msg[1:]}"
        raise Rejected([NOT_JSON.at(place, message, hint="name a HAR file")]) from fault
    except (RecursionError, ValueError) as fault:
        message = "not JSON that can be read: nested too deeply, or a number is too long"
        raise Rejected([NOT_JSON.at(Span(file), message, hint="name a HAR file")]) from fault
    return value


def _entries(value: object, file: str) -> list[object]:
    log = value.get("log") if isinstance(value, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        missing = "log.entries" if isinstance(log, dict) else "log"
        hint = "a HAR file is an object with log.entries; usage records are no recording"
        raise Rejected([NOT_HAR.at(Span(file), f"not HAR: {missing} is missing", hint=hint)])
    return entries


class _Fault(Exception):
    """A member that is missing or of the wrong kind; the message names it."""


class _Reader:
    """Reads entries and collects the faults of all of them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Diagnostic] = []

    def entry(self, value: object, index: int) -> Exchange | None:
        try:
            return _exchange(value, Source(self.file, index))
        except _Fault as fault:
            message = f"log.entries[{index}]{fault}"
            self.faults.append(
                BAD_ENTRY.at(Span(self.file), message, hint="record it again, or remove the entry")
            )
            return None


def _exchange(value: object, source: Source) -> Exchange:
    entry = _object(value, "")
    request = _object(entry.get("request"), ".request")
    response = _object(entry.get("response"), ".response")
    body = _content(response.get("content"), ".response.content", "encoding")
    return Exchange(
        method=_method(request),
        url=_url(request),
        request_headers=_headers(request, ".request.headers"),
        request_body=_content(request.get("postData"), ".request.postData", "_encoding"),
        status=_status(response),
        reason=_text(response.get("statusText", ""), ".response.statusText"),
        response_headers=_headers(response, ".response.headers"),
        response_body=body,
        chunks=tuple(_chunks(response.get("_chunks"), body)),
        started=_time(entry.get("startedDateTime")),
        duration_ms=_duration(entry.get("time")),
        tenant=_id(entry, "_tenant"),
        request_id=_id(entry, "_requestId"),
        hashed=_flag(entry, "_hashed"),
        source=source,
    )


def _object(value: object, name: str) -> dict[str, object]:
    if value is None:
        raise _Fault(f"{name} is missing")
    if not isinstance(value, dict):
        raise _Fault(f"{name} is no object")
    return value


def _text(value: object, name: str) -> str:
    if value is None:
        raise _Fault(f"{name} is missing")
    if not isinstance(value, str):
        raise _Fault(f"{name} is no text")
    return value


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _method(request: dict[str, object]) -> str:
    method = _text(request.get("method"), ".request.method")
    if not _METHOD.match(method):
        raise _Fault(".request.method is no HTTP method")
    return method


def _url(request: dict[str, object]) -> str:
    url = _text(request.get("url"), ".request.url")
    if not _ABSOLUTE.match(url):
        raise _Fault(".request.url is no absolute URL")
    return url


def _status(response: dict[str, object]) -> int:
    status = response.get("status")
    if status is None:
        raise _Fault(".response.status is missing")
    if not isinstance(status, int) or isinstance(status, bool) or not 0 <= status <= 999:
        raise _Fault(".response.status is no HTTP status")
    return status


def _headers(message: dict[str, object], name: str) -> Headers:
    value = message.get("headers")
    if value is None:
        raise _Fault(f"{name} is missing")
    if not isinstance(value, list):
        raise _Fault(f"{name} is no list")
    return tuple(_header(item, f"{name}[{index}]") for index, item in enumerate(value))


def _header(value: object, name: str) -> tuple[str, str]:
    header = _object(value, name)
    return _text(header.get("name"), f"{name}.name"), _text(header.get("value"), f"{name}.value")


def _content(value: object, name: str, encoding_key: str) -> bytes:
    if value is None:
        return b""
    content = _object(value, name)
    text = content.get("text")
    if text is None:
        return b""
    text = _text(text, f"{name}.text")
    encoding = content.get(encoding_key)
    if encoding in (None, ""):
        return text.encode("utf-8", "surrogatepass")
    if encoding != "base64":
        raise _Fault(f"{name}.{encoding_key} is not base64")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise _Fault(f"{name}.text is not base64") from fault


def _chunks(value: object, body: bytes) -> Iterator[tuple[float, bytes]]:
    if value is None:
        return
    if not isinstance(value, list):
        raise _Fault(".response._chunks is no list")
    at = 0
    for item in value:
        if (
            not isinstance(item, list)
            or len(item) != 2
            or not _is_number(item[0])
            or not isinstance(item[1], int)
        ):
            raise _Fault(".response._chunks is no list of [milliseconds, length]")
        time, length = item
        if isinstance(length, bool) or length < 1 or at + length > len(body):
            raise _Fault(".response._chunks does not fit the body")
        yield float(time), body[at : at + length]
        at += length
    if at != len(body):
        raise _Fault(".response._chunks does not fit the body")


def _time(value: object) -> datetime | None:
    if value is None or value == "":
        return None
    text = _text(value, ".startedDateTime")
    try:
        time = datetime.fromisoformat(text)
        time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise _Fault(".startedDateTime is no ISO 8601 time") from fault
    return None if time == UNKNOWN_TIME else time


def _duration(value: object) -> float | None:
    if value is None:
        return None
    if not _is_number(value):
        raise _Fault(".time is no number")
    return float(value) if value > 0 else None


def _id(entry: dict[str, object], name: str) -> str | None:
    value = entry.get(name)
    return None if value is None else _text(value, f".{name}")


def _flag(entry: dict[str, object], name: str) -> bool:
    value = entry.get(name, False)
    if not isinstance(value, bool):
        raise _Fault(f".{name} is neither true nor false")
    return value
