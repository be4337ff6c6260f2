"""The outcome of a call, once it is over."""

from __future__ import annotations

import json

from gatewright.harness.asgi import CLIENT_GONE, Sent
from gatewright.harness.call import Call
from gatewright.harness.outcome import Outcome

OWN_FAILURE = 500
_REFUSED = 400
_FAILED = ("gateway", "InternalError", "The local gateway itself failed; its log says why.")
_GONE = ("ClientConnectionFailure", "The client left before the answer was complete.")
_BROKEN = ("BackendConnectionFailure", "The backend's answer broke off.")


def outcome_of(call: Call, sent: Sent, gone: bool) -> Outcome:
    """What became of a call.

    Args:
        call: the call, with everything its policies noted.
        sent: how far the answer got.
        gone: the client left before it was complete.
    """
    arrival, match, access = call.arrival, call.match, call.access
    refused_by, reason, message = _refusal(call, sent, gone)
    elapsed = (call.state.clock.monotonic() - arrival.monotonic) * 1000
    return Outcome(
        exchange_id=arrival.exchange_id,
        request_id=arrival.request_id,
        time=arrival.time,
        tenant=access.tenant if access else None,
        subscription=access.subscription.id if access and access.subscription else None,
        product=access.product.id if access and access.product else None,
        api=match.api.id if match else None,
        operation=match.operation.id if match and match.operation else None,
        model=call.model,
        stream=call.stream,
        status=sent.status or (OWN_FAILURE if sent.failed else CLIENT_GONE),
        refused_by=refused_by,
        reason=reason,
        message=message,
        backend=call.attempts[-1].backend if call.attempts else None,
        attempts=tuple(call.attempts),
        cache=call.cache,
        metrics=tuple(call.metrics),
        duration_ms=elapsed,
        aborted=gone,
    )


def _refusal(call: Call, sent: Sent, gone: bool) -> tuple[str | None, str | None, str | None]:
    """Who ended the request, with reason and message."""
    if gone:
        return (None, *_GONE)
    if sent.failed:
        return _FAILED
    if sent.broken:
        return (None, *_BROKEN)
    if call.fault is not None:
        return call.fault.source, call.fault.reason, call.fault.message
    response = call.response
    if call.returned and response is not None and response.status >= _REFUSED:
        return ("return-response", *_told(response.body.loaded))
    return None, None, None


def _told(body: bytes | None) -> tuple[str | None, str | None]:
    """`error.code` and `error.message` of a JSON body, where it has them."""
    try:
        value = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None, None
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return None, None
    code, message = error.get("code"), error.get("message")
    return code if isinstance(code, str) else None, message if isinstance(message, str) else None
