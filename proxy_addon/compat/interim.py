"""Interim answers of an upstream (100, 102, 103): passed over, since the final answer follows.

mitmproxy takes the first head that comes as the answer, and what follows for bytes that nobody asked for: the
client would never see the answer, nor the meter its usage. The client is sent none of them: it has had its
`100 Continue`, and the other kinds may be left out by who answers in the place of the service.

Source: RFC 9110, 15.2 "Informational 1xx", https://www.rfc-editor.org/rfc/rfc9110 (2022-06).
"""

from __future__ import annotations

import re

import mitmproxy.proxy.layers.http._http1 as http1_layer

_LINE = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d[ \r\n]")
_LINE_BYTES = 14


def pass_over(upstream: http1_layer.Http1Client) -> None:
    """Removes the interim heads that stand whole at the front of what an upstream has sent."""
    while _LINE.match(bytes(upstream.buf)[:_LINE_BYTES]):
        if upstream.buf.maybe_extract_lines() is None:
            return
