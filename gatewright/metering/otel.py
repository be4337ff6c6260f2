"""OpenTelemetry's wire names of what a usage record holds. The only place that spells them.

Version of the convention: 1.37.0 (development). Its input tokens include cached ones, its output tokens
reasoning, as ours do. Names under `gatewright.` are ours: the convention has none for them.

Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ and
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/ (version 1.37.0).
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.metering.record import UsageRecord

CONVENTION = "1.37.0"
SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"

TOKEN_USAGE_METRIC = "gen_ai.client.token.usage"
DURATION_METRIC = "gen_ai.client.operation.duration"
TOKEN_TYPE = "gen_ai.token.type"

ATTRIBUTES: Mapping[str, str] = {
    "operation_name": "gen_ai.operation.name",
    "provider_name": "gen_ai.provider.name",
    "request_model": "gen_ai.request.model",
    "response_model": "gen_ai.response.model",
    "response_id": "gen_ai.response.id",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "error_type": "error.type",
    "status": "http.response.status_code",
    "region": "cloud.region",
    "tenant": "gatewright.tenant",
    "subscription": "gatewright.subscription",
    "user": "gatewright.user",
    "backend": "gatewright.backend",
    "deployment": "gatewright.deployment",
    "request_id": "gatewright.request_id",
    "stream": "gatewright.stream",
    "usage_source": "gatewright.usage.source",
    "usage_detail": "gatewright.usage.detail",
    "settlement": "gatewright.settlement",
    "total_tokens": "gatewright.usage.total_tokens",
    "cache_read_input_tokens": "gatewright.usage.cache_read_input_tokens",
    "cache_creation_input_tokens": "gatewright.usage.cache_creation_input_tokens",
    "reasoning_output_tokens": "gatewright.usage.reasoning_output_tokens",
    "audio_input_tokens": "gatewright.usage.audio_input_tokens",
    "audio_output_tokens": "gatewright.usage.audio_output_tokens",
}
"""Attribute name by the name of a record's field."""

Value = str | int | float | bool


def attributes(record: UsageRecord) -> dict[str, Value]:
    """A record's attributes for a span or log; a quantity that is not known has none.

    >>> attributes(UsageRecord("r", None, request_model="chat"))["gen_ai.request.model"]
    'chat'
    """
    found: dict[str, Value] = {}
    quantities = dict(record.usage.quantities())
    for name, attribute in ATTRIBUTES.items():
        value = quantities[name] if name in quantities else getattr(record, name)
        if isinstance(value, str | int | float):
            found[attribute] = str(value) if isinstance(value, str) else value
    return found


def token_counts(record: UsageRecord) -> tuple[tuple[str, int], ...]:
    """What the token usage metric counts for a record: token type and count."""
    pairs = (("input", record.usage.input_tokens), ("output", record.usage.output_tokens))
    return tuple((kind, count) for kind, count in pairs if count is not None)
