"""Fault codes of the metering process: what stops it from starting."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

BAD_OPTION = Code("PRX600", "bad-option", Severity.ERROR, "An option has a value that cannot be used.")
NO_FILE = Code(
    "PRX601",
    "file-not-readable",
    Severity.ERROR,
    "A file that the proxy needs cannot be read.",
    unreadable=True,
)
NOT_JSON = Code("PRX602", "routes-not-json", Severity.ERROR, "The routes file is not JSON.", unreadable=True)
BAD_ROUTES = Code("PRX603", "routes-wrong-shape", Severity.ERROR, "The routes file has a wrong shape.")
ROUTES_VERSION = Code(
    "PRX604", "routes-version", Severity.ERROR, "The routes file has a version that this proxy does not read."
)
HOST_NOT_ALLOWED = Code(
    "PRX605", "host-not-allowed", Severity.ERROR, "An endpoint lies outside the allowed host suffixes."
)
UNFILLED = Code(
    "PRX606", "placeholder-unfilled", Severity.ERROR, "A placeholder of the routes file was not filled in."
)
WEAK_PROOF = Code(
    "PRX607", "weak-proof", Severity.ERROR, "A shared secret is missing, too short or not plain text."
)
LEDGER_UNUSABLE = Code(
    "PRX609", "ledger-unusable", Severity.ERROR, "The ledger cannot be opened for appending.", unreadable=True
)
CANNOT_LISTEN = Code(
    "PRX610", "cannot-listen", Severity.ERROR, "The proxy cannot listen on its address.", unreadable=True
)
LOOPBACK_ONLY = Code(
    "PRX611",
    "loopback-only",
    Severity.ERROR,
    "The installed mitmproxy has known HTTP faults and may listen on loopback only.",
)
JOURNAL_UNUSABLE = Code(
    "PRX612",
    "journal-unusable",
    Severity.ERROR,
    "The journal's folder cannot be read or written.",
    unreadable=True,
)
JOURNAL_HELD = Code(
    "PRX613",
    "journal-held",
    Severity.ERROR,
    "Another process writes this replica's journal.",
    unreadable=True,
)
