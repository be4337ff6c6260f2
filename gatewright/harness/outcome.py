"""What became of one client request: the artefact that replay, summaries and tests read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a backend, or one that was not made because its circuit was open.

    Attributes:
        backend: id of the single backend; the pool's id where every member was open; the URL's host where no
            backend entity serves it.
        status: the status of the answer; None when none came (unreachable, timeout, circuit open, aborted).
        duration_ms: from sending the request to the answer's headers.
    """

    backend: str
    status: int | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class TokenMetric:
    """One value that `llm-emit-token-metric` would send to Application Insights.

    Attributes:
        namespace: the metric namespace.
        name: the metric's name in API Management's spelling.
        value: number of tokens.
        dimensions: name and value of each dimension, in the order of the policy.
    """

    namespace: str
    name: str
    value: int
    dimensions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one client request.

    Attributes:
        exchange_id: the client's `x-local-exchange`, else one that the gateway made.
        request_id: `context.RequestId`, a GUID; all attempts share it.
        time: when the request arrived, UTC.
        tenant: id of the tenant whose product served it.
        subscription: id of the subscription whose key was sent.
        product: id of the product.
        api: id of the API, None where no API matched.
        operation: id of the operation, None where none matched.
        model: the model alias of the request: path parameter `deployment-id`, else `model` of the body.
        stream: whether the request asked for a stream.
        status: the status that the client got; 499 when it left before one was sent.
        refused_by: policy element or built-in step that ended the request (`llm-token-limit`,
            `authorization`, `return-response`, `forward-request`, …); None when a backend's answer reached
            the client.
        reason: `context.LastError.Reason`, or the `error.code` that a `return-response` gave.
        message: `context.LastError.Message`, or the `error.message` that a `return-response` gave.
        backend: the backend of the last attempt.
        attempts: every attempt in order.
        cache: whether a `cache-lookup-value` found its value; None where none ran.
        metrics: token metrics emitted.
        duration_ms: from arrival to the last byte sent.
        aborted: the client left before the answer was complete.
    """

    exchange_id: str
    request_id: str
    time: datetime
    tenant: str | None
    subscription: str | None
    product: str | None
    api: str | None
    operation: str | None
    model: str | None
    stream: bool
    status: int
    refused_by: str | None
    reason: str | None
    message: str | None
    backend: str | None
    attempts: tuple[Attempt, ...]
    cache: str | None
    metrics: tuple[TokenMetric, ...]
    duration_ms: float
    aborted: bool = field(default=False)

    def to_json(self) -> dict[str, object]:
        """The outcome as JSON values: time as ISO 8601 in UTC with milliseconds, dimensions as an object."""
        plain: dict[str, object] = asdict(self)
        moment = self.time.astimezone(UTC).isoformat(timespec="milliseconds")
        plain["time"] = moment.removesuffix("+00:00") + "Z"
        plain["attempts"] = [asdict(item) for item in self.attempts]
        plain["metrics"] = [asdict(item) | {"dimensions": dict(item.dimensions)} for item in self.metrics]
        return plain
