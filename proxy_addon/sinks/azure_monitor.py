"""Azure Monitor's Logs Ingestion API: rows of the usage table through a data collection rule.

The SDK carries the call, its token and its TLS; splitting, compressing and retrying are ours. Its splitter
leaves out the commas and so goes beyond the service's limit; what it retries itself, the shipper cannot see.

Source: azure-monitor-ingestion 1.1.0; limits: https://learn.microsoft.com/azure/azure-monitor/service-limits
(Logs Ingestion API, 2024-10): 1 MB a call compressed and uncompressed, 64 KB a field.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from proxy_addon.clock import Clock
from proxy_addon.sinks import columns, packages
from proxy_addon.sinks.address import LOOPBACK, Address, Options
from proxy_addon.sinks.answers import answer, error_code
from proxy_addon.sinks.backoff import retry_after
from proxy_addon.sinks.batches import batches
from proxy_addon.sinks.context import Built, SinkContext
from proxy_addon.sinks.sink import Answer, Delivered, Entry, Pace, Parcel, TryAgain, Unfit

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import HttpResponseError
    from azure.monitor.ingestion import LogsIngestionClient

BODY_BYTES = 900_000
"""Most bytes of uncompressed JSON in one call, brackets and commas included."""
GATHER_SECONDS = 10.0
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_RULE = re.compile(r"dcr-[0-9a-f]{32}")
_STREAM = re.compile(r"Custom-[A-Za-z0-9_]{1,93}")
_CLIENT = re.compile(r"[0-9a-fA-F-]{36}")

log = logging.getLogger("gatewright.proxy")


class AzureMonitor:
    """One stream of one data collection rule.

    Args:
        client: the SDK's client, which must not retry.
        rule: immutable id of the rule.
        stream: name of the stream.
        clock: for `Retry-After` that is a date.
        table: the columns.
        secure: False only for a receiver on loopback.

    Attributes:
        cut: values that had to be cut to 64 KB.
    """

    def __init__(
        self,
        client: LogsIngestionClient,
        rule: str,
        stream: str,
        clock: Clock,
        table: columns.Table,
        *,
        secure: bool = True,
    ) -> None:
        self._client = client
        self._rule = rule
        self._stream = stream
        self._clock = clock
        self._rows = columns.Rows(table)
        self._secure = secure
        self.cut = 0

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        """Bodies of at most `BODY_BYTES`, each a JSON array of rows."""
        yield from batches(
            entries, self._row, _array, limit_bytes=BODY_BYTES, extra_bytes=1, limit_entries=10_000
        )

    def _row(self, entry: Entry) -> bytes | Unfit:
        try:
            row = self._rows.row(entry)
        except columns.NoRow as fault:
            return Unfit(entry, str(fault))
        if row.cut:
            self.cut += len(row.cut)
            log.warning("azure-monitor: a value was cut to 64 KB in %s", ", ".join(row.cut))
        return _ENCODER.encode(row.values).encode()

    def send(self, parcel: Parcel) -> Answer:
        """One upload."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

        body = io.BytesIO(gzip.compress(parcel.body, compresslevel=6, mtime=0))
        try:
            self._client.upload(self._rule, self._stream, body, enforce_https=self._secure)
        except ClientAuthenticationError as fault:
            # The token's issuer may have answered here, so its status says nothing about the parcel.
            return TryAgain(f"no token, or not accepted: {type(fault).__name__}")
        except HttpResponseError as fault:
            return self._answer(fault)
        except AzureError as fault:
            return TryAgain(f"no answer: {type(fault).__name__}")
        return Delivered()

    def _answer(self, fault: HttpResponseError) -> Answer:
        response = fault.response
        if response is None or fault.status_code is None:
            return TryAgain(f"no answer: {type(fault).__name__}")
        headers: Mapping[str, str] = getattr(response, "headers", {})
        milliseconds = headers.get("retry-after-ms") or headers.get("x-ms-retry-after-ms")
        after = retry_after(milliseconds, headers.get("retry-after"), self._clock.now())
        code = headers.get("x-ms-error-code") or ""
        known = error_code(json.dumps({"error": {"code": code}}).encode())
        return answer(fault.status_code, known or error_code(_body(fault)), after)

    def close(self) -> None:
        """Closes the client's connections."""
        self._client.close()


def _array(rows: list[bytes]) -> bytes:
    return b"[" + b",".join(rows) + b"]"


def _body(fault: HttpResponseError) -> bytes:
    try:
        text = fault.response.text() if fault.response is not None else ""
    except Exception:  # a body that cannot be read has no code
        return b""
    return text.encode()


def client(endpoint: str, credential: TokenCredential) -> LogsIngestionClient:
    """The SDK's client: no retries, no redirects, bounded in time."""
    from azure.monitor.ingestion import LogsIngestionClient

    return LogsIngestionClient(
        endpoint,
        credential,
        retry_total=0,
        permit_redirects=False,
        connection_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )


def build(address: Address, context: SinkContext) -> Built:
    """The sink of `azure-monitor:https://<endpoint>?rule=dcr-…[&stream=Custom-…][&client-id=…]`.

    Raises:
        Rejected: PRX650, PRX652 or PRX654.
    """
    table = columns.load()
    options = Options(address, frozenset({"rule", "stream", "client-id"}))
    endpoint = options.url()
    rule = options.needed("rule", _RULE, "the rule's immutable id: dcr- and 32 hexadecimal digits")
    stream = options.text("stream") or table.stream
    if not _STREAM.fullmatch(stream):
        options.wrong("stream cannot be used", f"Custom-…, for the table itself {table.stream}")
    client_id = options.text("client-id")
    if client_id is not None and not _CLIENT.fullmatch(client_id):
        options.wrong("client-id cannot be used", "the client id of the user-assigned managed identity")
    gather = options.seconds("gather", GATHER_SECONDS)
    options.refuse()
    needed = {"azure.monitor.ingestion": "azure-monitor-ingestion", "azure.identity": "azure-identity"}
    packages.need(address.scheme, needed)
    secure = urlsplit(endpoint).hostname not in LOOPBACK or endpoint.startswith("https:")
    sink = AzureMonitor(
        client(endpoint, context.credential(client_id)), rule, stream, context.clock, table, secure=secure
    )
    return Built(address.name, sink, Pace(gather_seconds=gather))
