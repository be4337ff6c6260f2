"""mitmproxy's flow files as exchanges, and back.

What a flow does not know stands in its metadata under `gatewright`: chunk times, tenant, request id. Files of
older versions are read as far as the installed mitmproxy converts them.

Source: mitmproxy 11.0.2 and 12.2.3, `mitmproxy.io`, flow format 21 (2026-11).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from mitmproxy import connection, exceptions, http
from mitmproxy.flow import Flow
from mitmproxy.io import FlowReader, FlowWriter

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.recordings import Exchange, Headers, Source
from gatewright.recordings.codes import BAD_FLOW, FLOW_FILE
from gatewright.recordings.har_reader import MAX_FAULTS, not_opened
from gatewright.recordings.har_writer import write_whole

_OURS = "gatewright"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HTTP_ONLY = "mitmdump -nr FILE -w HTTP.flow '~http & !~websocket' leaves HTTP exchanges alone"
_WHOLE = "record it again with --set store_streamed_bodies=true, or without streaming"
_BAD_FILE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError)


def read_flows(path: Path | str) -> list[Exchange]:
    """The exchanges of a flow file, in order.

    Raises:
        Rejected: REC900 no such file, REC904 a damaged file, REC906 flows that are no whole HTTP exchange
            (all of them, up to 20): WebSocket, TCP, UDP and DNS flows, and those whose bodies were not kept.
    """
    file = str(path)
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as fault:
        raise not_opened(Path(path), fault) from fault
    exchanges: list[Exchange] = []
    faults: list[Diagnostic] = []
    for index, flow in enumerate(_flows(data, file)):
        found = _exchange(flow, Source(file, index))
        if isinstance(found, Exchange):
            exchanges.append(found)
        else:
            message, hint = found
            faults.append(BAD_FLOW.at(Span(file), f"flow {index} {message}", hint=hint))
    if faults:
        raise Rejected(faults[:MAX_FAULTS])
    return exchanges


def write_flows(exchanges: Iterable[Exchange], path: Path) -> None:
    """Writes exchanges to a flow file, whole or not at all.

    Bodies stand decoded, so a content-encoding header is left out.

    Raises:
        Rejected: REC905 when the file cannot be written.
    """
    file = io.BytesIO()
    writer: Callable[[BinaryIO], FlowWriter] = FlowWriter
    out = writer(file)
    for exchange in exchanges:
        out.add(_flow(exchange))
    write_whole(path, file.getvalue())


def _flows(data: bytes, file: str) -> Iterator[Flow]:
    if not data[:1].isdigit():
        raise Rejected([FLOW_FILE.at(Span(file), "not a mitmproxy flow file", hint="name a flow file")])
    reader: Callable[[io.BytesIO], FlowReader] = FlowReader
    try:
        yield from reader(io.BytesIO(data)).stream()
    except exceptions.FlowReadException as fault:
        hint = "record it again, or convert it with the mitmproxy that wrote it"
        raise Rejected([FLOW_FILE.at(Span(file), "the flow file is damaged", hint=hint)]) from fault
    except _BAD_FILE as fault:
        hint = "it is damaged, or of another version of mitmproxy"
        raise Rejected([FLOW_FILE.at(Span(file), "the flow file cannot be read", hint=hint)]) from fault


def _exchange(flow: Flow, source: Source) -> Exchange | tuple[str, str]:
    """The exchange of a flow, or what is wrong with it and the way out."""
    if not isinstance(flow, http.HTTPFlow):
        return f"is no HTTP exchange but {flow.type}", _HTTP_ONLY
    if flow.websocket is not None:
        return "is a WebSocket session", _HTTP_ONLY
    request, response = flow.request, flow.response
    if request.raw_content is None or (response is not None and response.raw_content is None):
        return "has no body: it was streamed and not kept", _WHOLE
    try:
        return _whole(flow, request, response, source)
    except _BAD_FILE:
        return "has a member of the wrong kind", "record it again, or leave it out"


def _whole(
    flow: http.HTTPFlow, request: http.Request, response: http.Response | None, source: Source
) -> Exchange:
    ours = flow.metadata.get(_OURS)
    ours = ours if isinstance(ours, dict) else {}
    body = b"" if response is None else response.get_content(strict=False) or b""
    began, ended = request.timestamp_start, response.timestamp_end if response else None
    return Exchange(
        method=request.method,
        url=request.url,
        request_headers=_headers(request.headers),
        request_body=request.get_content(strict=False) or b"",
        status=response.status_code if response else 0,
        reason=response.reason if response else "",
        response_headers=_headers(response.headers) if response else (),
        response_body=body,
        chunks=tuple(_chunks(ours.get("chunks"), body)),
        started=_EPOCH + timedelta(seconds=began) if began else None,
        duration_ms=round((ended - began) * 1000, 3) if ended and ended > began else None,
        tenant=_id(ours.get("tenant")),
        request_id=_id(ours.get("request_id")),
        hashed=ours.get("hashed") is True,
        source=source,
    )


def _headers(headers: http.Headers) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in headers.fields)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _id(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _chunks(value: object, body: bytes) -> Iterator[tuple[float, bytes]]:
    """The parts of a body, where metadata of ours fits it."""
    if not isinstance(value, list):
        return
    lengths = [int(length) for _, length in value]
    if sum(lengths) != len(body) or any(length < 1 for length in lengths):
        raise ValueError("chunks do not fit the body")
    at = 0
    for (time, _), length in zip(value, lengths, strict=True):
        yield float(time), body[at : at + length]
        at += length


def _flow(exchange: Exchange) -> http.HTTPFlow:
    parts = urlsplit(exchange.url)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    try:
        port = parts.port
    except ValueError:  # a client may call any host it likes
        port = None
    port = port or (443 if scheme == "https" else 80)
    began = (exchange.started - _EPOCH).total_seconds() if exchange.started else 0.0
    client = connection.Client(peername=("0.0.0.0", 0), sockname=("0.0.0.0", 0), timestamp_start=began)
    flow = http.HTTPFlow(client, connection.Server(address=(host, port)))
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    flow.request = http.Request(
        host=host,
        port=port,
        method=exchange.method.encode(),
        scheme=scheme.encode(),
        authority=b"",
        path=target.encode("utf-8", "surrogateescape"),
        http_version=b"HTTP/1.1",
        headers=_fields(exchange.request_headers),
        content=exchange.request_body,
        trailers=None,
        timestamp_start=began,
        timestamp_end=began,
    )
    if exchange.status:
        flow.response = _response(exchange, began)
    flow.metadata[_OURS] = _metadata(exchange)
    flow.timestamp_created = began
    return flow


def _response(exchange: Exchange, began: float) -> http.Response:
    return http.Response(
        http_version=b"HTTP/1.1",
        status_code=exchange.status,
        reason=exchange.reason.encode("latin-1", "replace"),
        headers=_fields(exchange.response_headers),
        content=exchange.response_body,
        trailers=None,
        timestamp_start=began + (exchange.chunks[0][0] / 1000 if exchange.chunks else 0),
        timestamp_end=began + (exchange.duration_ms or 0) / 1000,
    )


def _metadata(exchange: Exchange) -> dict[str, object]:
    found: dict[str, object] = {}
    if exchange.chunks:
        found["chunks"] = [[time, len(data)] for time, data in exchange.chunks]
    if exchange.tenant is not None:
        found["tenant"] = exchange.tenant
    if exchange.request_id is not None:
        found["request_id"] = exchange.request_id
    if exchange.hashed:
        found["hashed"] = True
    return found


def _fields(headers: Headers) -> http.Headers:
    kept = [(name, value) for name, value in headers if name.lower() != "content-encoding"]
    return http.Headers([(_bytes(name), _bytes(value)) for name, value in kept])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
