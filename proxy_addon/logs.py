"""Log lines on stderr: time, level, one short sentence. Never a header's value, a body or a secret.

mitmproxy's own messages can quote bytes of a request, so only its warnings and errors pass, on one line,
cut before anything quoted.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TextIO

_QUOTED = re.compile(r"""\bb['"]|bytearray\(""")
_MOST = 200


def install(stream: TextIO) -> None:
    """Sends the log of this process to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    handler.addFilter(_wanted)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("gatewright").setLevel(logging.INFO)


def _wanted(record: logging.LogRecord) -> bool:
    """Drops the cancellations that every open connection reports when the process ends."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, asyncio.CancelledError)


class Lines(logging.Formatter):
    """One line per record; a failure is named by its type, never by its text or its frames."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        text = record.getMessage().partition("\n")[0]
        if not record.name.startswith("gatewright"):
            text = f"{record.name}: {_QUOTED.split(text, maxsplit=1)[0]}"
        if record.exc_info and record.exc_info[0] is not None:
            text = f"{text} ({record.exc_info[0].__name__})"
        text = "".join(c if c.isprintable() else " " for c in text[:_MOST])
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return f"{at} {record.levelname.lower()} {text}"
