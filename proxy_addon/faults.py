"""What the proxy itself answers: a status, a slug in `x-gatewright-fault`, and an OpenAI-style JSON body.

530 is the proxy's own fault and lies outside every breaker range; 400 and 413 are the caller's;
502 and 504 say that the upstream did not answer and lie inside the breaker range.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

FAULT_HEADER = "x-gatewright-fault"


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer of the proxy's own.

    Attributes:
        status: the HTTP status.
        slug: kebab-case name, in the header and as `error.code`.
        message: one sentence for the caller, without names of hosts, keys or files.
        type: `error.type`: `invalid_request_error`, `proxy_error` or `upstream_error`.
    """

    status: int
    slug: str
    message: str
    type: str

    def body(self) -> bytes:
        """The JSON body."""
        error = {"message": self.message, "type": self.type, "param": None, "code": self.slug}
        return json.dumps({"error": error}).encode()

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers beside content-length."""
        return (("content-type", "application/json"), (FAULT_HEADER, self.slug))


def _request(slug: str, message: str, status: int = 400) -> Fault:
    return Fault(status, slug, message, "invalid_request_error")


def _proxy(slug: str, message: str) -> Fault:
    return Fault(530, slug, message, "proxy_error")


BAD_REQUEST = _request("bad-request", "The request is not valid HTTP.")
BAD_PATH = _request("bad-path", "The path is not of the form /b/<backend>/-/<path>, plainly spelled.")
UNKNOWN_ROUTE = _request("unknown-route", "No route has this name.")
UNSUPPORTED_OPERATION = _request(
    "unsupported-operation", "This operation cannot be metered, so it is not forwarded."
)
LIST_REFUSED = _request(
    "list-refused", "A list shows what all tenants have on one account, so it is not forwarded."
)
DEFERRED_REFUSED = _request(
    "deferred-refused", "This gateway takes no background responses, and runs only as streams."
)
UPLOAD_REFUSED = _request(
    "upload-refused",
    "An upload is a form with one file and one purpose: batch, assistants, user_data or vision.",
)
UPGRADE_REFUSED = _request("upgrade-refused", "This protocol upgrade is not supported.")
BAD_BODY = _request("bad-body", "The body is not one JSON object in plain UTF-8.")
MODEL_MISMATCH = _request(
    "model-mismatch", "The model of the path, the body and the gateway are not one and the same."
)
BODY_TOO_LARGE = _request("body-too-large", "The body is larger than this proxy accepts.", 413)
NO_PROOF = _proxy("no-proof", "The request does not prove that it comes from the gateway.")
BAD_ATTRIBUTION = _proxy("bad-attribution", "The gateway's headers are missing, repeated or malformed.")
DRAINING = _proxy("draining", "The proxy is shutting down.")
LEDGER_UNWRITABLE = _proxy("ledger-unwritable", "The proxy cannot record usage at the moment.")
TOO_MANY_CONNECTIONS = _proxy("too-many-connections", "The proxy has as many connections as it may.")
PROXY_FAILED = _proxy("proxy-failed", "The proxy failed to handle the request.")
UPSTREAM_FAILED = Fault(502, "upstream-failed", "The model endpoint did not answer.", "upstream_error")

UPSTREAM_TIMEOUT = Fault(
    504, "upstream-timeout", "The model endpoint did not answer in time.", "upstream_error"
)
HEAD_TOO_LARGE = _request("head-too-large", "The headers are larger than this proxy accepts.", 431)
HEAD_TOO_SLOW = _request("head-too-slow", "The headers did not arrive in time.", 408)


def batch_line(number: int) -> Fault:
    """The fault of a line of a batch, counted from 1 without blank lines."""
    text = "is not one request, by a url that can be metered, whose body names the model of the gateway"
    return _request("batch-line-refused", f"Line {number} of the batch {text}.")


def for_status(status: int) -> Fault:
    """The fault for an error that the HTTP layer found by itself, by the status it chose."""
    if status == 413:
        return BODY_TOO_LARGE
    if status == 431:
        return HEAD_TOO_LARGE
    if status < 500:
        return BAD_REQUEST
    return UPSTREAM_FAILED
