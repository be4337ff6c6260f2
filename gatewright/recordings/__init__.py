"""Recordings: exchanges in HAR files, read, written and redacted. A recording holds exchanges, not results.

mitmproxy's flow files hold the same exchanges; `proxy_addon.flowfiles` reads and writes them.

```
exchanges = read_har(Path("recording.har"))
write_har([redact(exchange) for exchange in exchanges], Path("redacted.har"))
```
"""

from gatewright.recordings.exchange import Exchange, Headers, Source
from gatewright.recordings.har_reader import FLOW_SUFFIXES, is_flow_file, read_har
from gatewright.recordings.har_writer import render_har, write_har
from gatewright.recordings.redaction import REDACTED, redact

__all__ = [
    "FLOW_SUFFIXES",
    "REDACTED",
    "Exchange",
    "Headers",
    "Source",
    "is_flow_file",
    "read_har",
    "redact",
    "render_har",
    "write_har",
]
