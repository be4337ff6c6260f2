"""What expressions see of a call: `context`, filled from the call and kept in step with it.

Headers are shared, not copied. Bodies are read through: what is not there yet is waited for by the caller of
the expression, which then runs again (expressions change nothing but bodies they consume).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from gatewright.apim.bundle import Api, Operation
from gatewright.apim.expressions import context as net
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import Interrupted, invalid_operation
from gatewright.apim.expressions.utf16 import to_units
from gatewright.apim.expressions.values import NetArray, Value
from gatewright.harness.errors import Fault
from gatewright.harness.messages import RequestMessage, ResponseMessage
from gatewright.harness.routing import Access

if TYPE_CHECKING:
    from gatewright.harness.call import Call

_BYTES = t.array(t.BYTE)
_CONSUMED = "The message body has already been consumed (preserveContent was false)."


class BodyPending(Interrupted):
    """An expression reads a body whose bytes have not all come yet."""


class _RequestBody(net.MessageBody):
    """`context.Request.Body`."""

    __slots__ = ("_message",)

    def __init__(self, message: RequestMessage) -> None:
        super().__init__(None)
        self._message = message

    def take(self, preserve: bool) -> bytes:
        """The bytes; without `preserve` they are gone afterwards, also for the backend."""
        if self._message.consumed:
            raise invalid_operation(_CONSUMED)
        self._message.consumed = not preserve
        return self._message.body


class _ResponseBody(net.MessageBody):
    """`context.Response.Body`."""

    __slots__ = ("_message",)

    def __init__(self, message: ResponseMessage) -> None:
        super().__init__(None)
        self._message = message

    def take(self, preserve: bool) -> bytes:
        """The bytes; without `preserve` they are gone afterwards, also for the client.

        Raises:
            BodyPending: they have not all come yet.
        """
        if self._message.consumed:
            raise invalid_operation(_CONSUMED)
        data = self._message.body.loaded
        if data is None:
            raise BodyPending
        self._message.consumed = not preserve
        return data


def context_of(call: Call) -> net.Context:
    """The context of a call that has just arrived."""
    arrival, match = call.arrival, call.match
    query = f"?{arrival.query}" if arrival.query else ""
    request = net.Request(
        method=arrival.method,
        url=_url(call),
        original_url=net.Url(f"{arrival.scheme}://{arrival.host}{arrival.path}{query}"),
        headers=call.request.headers,
        body=_RequestBody(call.request) if call.request.has_body else None,
        ip_address=arrival.client,
        matched_parameters=net.Parameters(match.parameters if match else None),
    )
    state = call.state
    return net.Context(
        request=request,
        api=_api(match.api) if match else None,
        operation=_operation(match.operation) if match and match.operation else None,
        deployment=net.Deployment(region=state.location, service_id="local", service_name="local"),
        timestamp=arrival.time,
        request_id=uuid.UUID(arrival.request_id),
        now=state.clock.now,
        seed=state.new_seed,
    )


def _url(call: Call) -> net.Url:
    query = f"?{call.request.query}" if call.request.query else ""
    return net.Url(f"{call.arrival.scheme}://{call.arrival.host}{call.request.path}{query}")


def _api(api: Api) -> net.Api:
    names = api.subscription_key_parameter_names
    return net.Api(
        id=api.id,
        name=api.display_name,
        path=api.path,
        protocols=api.protocols,
        subscription_key_parameter_names=net.KeyNames(names.header, names.query),
    )


def _operation(operation: Operation) -> net.Operation:
    return net.Operation(operation.id, operation.display_name, operation.method, operation.url_template)


def show_access(context: net.Context, access: Access) -> None:
    """Product and subscription, once the key check has passed."""
    if (product := access.product) is not None:
        context.product = net.Product(
            id=product.id,
            name=product.display_name,
            state="Published" if product.state == "published" else "NotPublished",
            subscription_required=product.subscription_required,
        )
    if (subscription := access.subscription) is not None:
        context.subscription = net.Subscription(
            id=subscription.id, name=subscription.display_name, key=access.key, primary_key=access.key
        )


def show_url(context: net.Context, call: Call) -> None:
    """`context.Request.Url` after path or query have changed."""
    context.request.url = _url(call)


def show_request_body(context: net.Context, message: RequestMessage) -> None:
    """`context.Request.Body` after a policy has set it."""
    context.request.body = _RequestBody(message)


def show_response(context: net.Context, message: ResponseMessage | None) -> None:
    """`context.Response`."""
    if message is None:
        context.response = None
        return
    context.response = net.Response(message.status, message.reason, message.headers, _ResponseBody(message))


def show_error(context: net.Context, fault: Fault) -> None:
    """`context.LastError`."""
    place = fault.place
    context.last_error = net.LastError(
        source=fault.source,
        reason=fault.reason,
        message=to_units(fault.message),
        scope=place.scope if place else None,
        section=place.section if place else None,
        path=place.path if place else None,
        policy_id=place.policy_id if place else None,
    )


def bytes_of(value: Value) -> bytes | None:
    """The bytes of a `byte[]`, None for any other value."""
    if isinstance(value, NetArray) and value.ty is _BYTES:
        return bytes(value.items)
    return None
