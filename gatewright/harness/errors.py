"""Faults as API Management tells them: `context.LastError`, status and default body.

Sources: predefined errors, https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies
(2026-04-22); bodies: bytes seen in public captures. The text of a missing key differs between the body ("to
an API.") and `LastError.Message` ("to this API."); both are kept in their places.

Our readings, where neither says anything:

- `llm-token-limit` reports the reasons `TokenLimitExceeded` and `TokenQuotaExceeded`; the message is the
  body's.
- A prompt that can never fit its limit gets the 429 without a time and without `Retry-After`.
- An open circuit, or a pool whose members are all open, is a fault of `forward-request` with the reason
  `BackendUnavailable`, status 503 and a `Retry-After` until the first circuit closes. An enclosing `retry`
  sees it as a response with status 503; when no retry remains it goes to on-error.
- A transport failure inside `retry` leaves `context.Response` null for the condition, then goes to on-error.
- A second send of a body that `buffer-request-body` did not keep is a `BackendConnectionFailure`.
- A breaker without trip duration stays closed when the backend states no `Retry-After`.
- An error inside on-error answers 500.
- A request body above the gateway's bound gets 413 before any policy, with the reason `RequestTooLarge`.
- `LastError.Path` names each element with its position among siblings of its name within one scope's section.
- Paths are matched without regard to case; an API's own path is not part of `context.Request.Url`.
- A path with a segment `.` or `..` matches no API.
- `authentication-managed-identity` with `output-token-variable-name` sets the variable and leaves the header.
- A cache lookup without default that finds nothing leaves its variable unset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]

RETRY_AFTER = "Retry-After"

RETRIED = frozenset({"BackendConnectionFailure", "Timeout", "BackendUnavailable", "BackendErrorStatus"})
"""Reasons that an enclosing `retry` sees before they go to on-error."""


@dataclass(frozen=True, slots=True)
class Place:
    r"""Where a policy element stands, in the words of `context.LastError`.

    Attributes:
        source: the element's name.
        scope: global, product, api or operation.
        section: inbound, backend, outbound or on-error.
        path: nesting with 1-based positions, such as `choose[3]\when[2]`.
        policy_id: the element's `id`, empty without one.
    """

    source: str
    scope: str
    section: str
    path: str
    policy_id: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What ends a request: the members of `LastError` and the answer a client gets by default.

    Attributes:
        source: policy element or built-in step.
        reason: machine code.
        message: text for `LastError.Message`.
        status: status of the default answer.
        body: body of the default answer.
        headers: headers of the default answer beside Content-Type.
        place: where the element stands; None for built-in steps.
    """

    source: str
    reason: str
    message: str
    status: int
    body: bytes
    headers: Headers = ()
    place: Place | None = None


class PolicyFault(Exception):
    """Ends the running section and sends the request to on-error."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"{fault.source}: {fault.reason}: {fault.message}")


def body(status: int, message: str, activity_id: str | None = None) -> bytes:
    """A default body: one line, one space inside the braces, after commas and after colons.

    >>> body(404, "Resource not found")
    b'{ "statusCode": 404, "message": "Resource not found" }'
    """
    text = f'{{ "statusCode": {status}, "message": {json.dumps(message, ensure_ascii=False)}'
    if activity_id is not None:
        text += f', "activityId": "{activity_id}"'
    return (text + " }").encode()


_AN_API = "Make sure to include subscription key when making requests to an API."
_THIS_API = "Make sure to include subscription key when making requests to this API."
_INVALID = (
    "Access denied due to invalid subscription key. "
    "Make sure to provide a valid key for an active subscription."
)


def operation_not_found() -> Fault:
    """No API or no operation matches."""
    message = "Unable to match incoming request to an operation."
    return Fault("configuration", "OperationNotFound", message, 404, body(404, "Resource not found"))


def key_missing(realm: str, header: str) -> Fault:
    """No subscription key was sent.

    Args:
        realm: URL of the API.
        header: name of the API's key header.
    """
    lead = "Access denied due to missing subscription key. "
    return Fault(
        "authorization",
        "SubscriptionKeyNotFound",
        lead + _THIS_API,
        401,
        body(401, lead + _AN_API),
        (_challenge(realm, header),),
    )


def key_invalid(realm: str, header: str) -> Fault:
    """The key belongs to no active subscription that covers the API; arguments as for `key_missing`."""
    challenge = _challenge(realm, header)
    return Fault("authorization", "SubscriptionKeyInvalid", _INVALID, 401, body(401, _INVALID), (challenge,))


def _challenge(realm: str, header: str) -> tuple[str, str]:
    return "WWW-Authenticate", f'AzureApiManagementKey realm="{realm}",name="{header}",type="header"'


def request_too_large(limit: int) -> Fault:
    """The request's body is longer than the gateway takes, in bytes."""
    message = f"The request body is longer than {limit} bytes."
    return Fault("request", "RequestTooLarge", message, 413, body(413, message))


def internal(source: str, reason: str, message: str, activity_id: str, place: Place | None = None) -> Fault:
    """A fault whose default answer is 500 with the request's id as activity id."""
    return Fault(source, reason, message, 500, body(500, "Internal server error", activity_id), (), place)


def expression_failed(message: str, activity_id: str, place: Place) -> Fault:
    """An expression threw, or gave a value of a kind that its place cannot take."""
    text = f"Expression evaluation failed. {message}"
    return internal(place.source, "ExpressionValueEvaluationFailure", text, activity_id, place)


def backend_unreachable(message: str, activity_id: str, place: Place) -> Fault:
    """No connection to the backend, or the connection broke before the answer's headers."""
    return internal(place.source, "BackendConnectionFailure", message, activity_id, place)


def backend_timeout(seconds: float, activity_id: str, place: Place) -> Fault:
    """The backend's headers did not come in time."""
    message = f"The backend did not answer within {seconds:g} seconds."
    return internal(place.source, "Timeout", message, activity_id, place)


def backend_unavailable(kind: str, name: str, retry_seconds: int, place: Place) -> Fault:
    """The circuit of a backend is open, or those of all members of a pool.

    Args:
        kind: how to call it, such as `Backend pool`.
        name: id of the backend or pool.
        retry_seconds: until the first circuit closes.
        place: the `forward-request`.
    """
    message = f"{kind} '{name}' is temporarily unavailable."
    headers = ((RETRY_AFTER, str(retry_seconds)),)
    return Fault(
        place.source, "BackendUnavailable", message, 503, body(503, "Service unavailable"), headers, place
    )


def error_status(status: int, place: Place) -> Fault:
    """The backend answered 400–599 and `fail-on-error-status-code` asks for on-error."""
    message = f"The backend answered with status {status}."
    return Fault(place.source, "BackendErrorStatus", message, status, b"", (), place)


def token_limit(retry_seconds: int | None, header: str, place: Place) -> Fault:
    """The token rate is used up.

    Args:
        retry_seconds: when a call may pass again; None when this one never will.
        header: name of the header that says so.
        place: the `llm-token-limit`.
    """
    message = "Token limit is exceeded."
    headers: Headers = ()
    if retry_seconds is not None:
        message += f" Try again in {retry_seconds} seconds."
        headers = ((header, str(retry_seconds)),)
    return Fault(place.source, "TokenLimitExceeded", message, 429, body(429, message), headers, place)


def token_quota(retry_seconds: int, header: str, place: Place) -> Fault:
    """The token quota of the period is used up; arguments as for `token_limit`."""
    message = f"Token quota is exceeded. Try again in {in_words(retry_seconds)}."
    headers = ((header, str(retry_seconds)),)
    return Fault(place.source, "TokenQuotaExceeded", message, 403, body(403, message), headers, place)


def in_words(seconds: int) -> str:
    """A number of seconds as days, hours, minutes and seconds; units that are zero are left out.

    >>> in_words(1293)
    '21 minutes and 33 seconds'
    >>> in_words(3600)
    '1 hour'
    """
    minutes, second = divmod(max(seconds, 1), 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    units = ((day, "day"), (hour, "hour"), (minute, "minute"), (second, "second"))
    parts = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in units if count]
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
