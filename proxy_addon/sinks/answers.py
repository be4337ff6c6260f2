"""What an HTTP status means for a parcel. The receiver's text is never kept: it may quote what was sent."""

from __future__ import annotations

import re

from gatewright.metering.json_text import NotJson, read_object, text_at
from proxy_addon.sinks.sink import Answer, Delivered, Refused, TryAgain

_REFUSED = frozenset({400, 413, 422})
_SET_UP = re.compile(r"(?i)(invalid|missing)?(stream|dcr|datacollection|apiversion)")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def answer(status: int, error: str | None, after_seconds: float | None) -> Answer:
    """The answer of a status, the error code that came with it, and what it asks for.

    400, 413 and 422 speak about the parcel, unless the code names the stream or the rule. Everything else may
    change while the records wait: rights that are granted (403), a rule that appears (404), a receiver that
    recovers.
    """
    if 200 <= status < 300:
        return Delivered()
    reason = f"HTTP {status} {error}" if error else f"HTTP {status}"
    if status in _REFUSED and not (error and _SET_UP.match(error)):
        return Refused(reason)
    return TryAgain(reason, after_seconds)


def error_code(body: bytes) -> str | None:
    """The error code of a body `{"error": {"code": …}}`, where it looks like one.

    >>> error_code(b'{"error": {"code": "InvalidStream", "message": "..."}}')
    'InvalidStream'
    """
    try:
        code = text_at(read_object(body), "error", "code")
    except NotJson:
        return None
    return code if code and _CODE.fullmatch(code) else None
