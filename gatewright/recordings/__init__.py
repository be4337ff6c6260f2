"""Recordings: exchanges in HAR files, read, written and redacted. A recording holds exchanges, not results.

```
exchanges = read_har(Path("recording.har"))
write_har([redact(exchange) for exchange in exchanges], Path("redacted.har"))
```
"""

from gatewright.recordings.exchange import Exchange, Headers, Source
from gatewright.recordings.har_reader import read_har
from gatewright.recordings.har_writer import render_har, write_har
from gatewright.recordings.redaction import REDACTED, redact

__all__ = ["REDACTED", "Exchange", "Headers", "Source", "read_har", "redact", "render_har", "write_har"]
