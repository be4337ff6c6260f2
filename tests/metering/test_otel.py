"""OpenTelemetry's names; source: semantic conventions for generative AI, version 1.37.0."""

from __future__ import annotations

from dataclasses import fields

from gatewright.metering.otel import ATTRIBUTES, attributes, token_counts
from gatewright.metering.record import UsageRecord, UsageSource
from gatewright.metering.usage import QUANTITIES, TokenUsage


def test_attributes_carry_the_conventions_names_and_no_unknown_quantity() -> None:
    record = UsageRecord(
        "r",
        None,
        TokenUsage(input_tokens=0, output_tokens=4),
        UsageSource.REPORTED,
        provider_name="azure.ai.openai",
        operation_name="chat",
        request_model="chat",
        stream=True,
        status=200,
    )
    assert attributes(record) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "chat",
        "gen_ai.usage.input_tokens": 0,
        "gen_ai.usage.output_tokens": 4,
        "http.response.status_code": 200,
        "gatewright.stream": True,
        "gatewright.usage.source": "reported",
        "gatewright.settlement": "complete",
    }
    assert all(type(value) in (str, int, float, bool) for value in attributes(record).values())
    assert token_counts(record) == (("input", 0), ("output", 4))
    assert token_counts(UsageRecord("r", None)) == ()


def test_every_name_is_a_field_of_the_record() -> None:
    assert set(ATTRIBUTES) <= {field.name for field in fields(UsageRecord)} | set(QUANTITIES)
    assert len(set(ATTRIBUTES.values())) == len(ATTRIBUTES)
