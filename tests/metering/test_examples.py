"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = [
    "gatewright.metering.apis.interpreter",
    "gatewright.metering.apis.realtime",
    "gatewright.metering.injection",
    "gatewright.metering.json_text",
    "gatewright.metering.operations",
    "gatewright.metering.otel",
    "gatewright.metering.record",
    "gatewright.metering.sse",
    "gatewright.metering.stream_filter",
    "gatewright.recordings.prompts",
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
