"""Estimates of single recordings, each the proof of a rule, by the id under which the rules name them."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from gatewright.metering.estimate import estimate
from tests.metering.fit_estimates import Sample, samples


@functools.cache
def by_id(folder: Path) -> dict[str, Sample]:
    index = map(json.loads, (folder / "recordings" / "index.jsonl").read_text("utf-8").splitlines())
    ids = {(Path(row["har"]).stem, row["entry"]): row["id"] for row in index}
    found = ((sample.exchange.source, sample) for sample in samples(folder))
    return {ids[Path(source.file).stem, source.entry][:8]: sample for source, sample in found if source}


@pytest.mark.parametrize(
    ("recording", "tokens"),
    [
        ("8ab074db", 32),
        ("75f60169", 32),
        ("21d571f0", 46),
        ("012295b0", 40),
        ("fd0d9c2f", 46),
        ("c0de7a2c", 44),
        ("a11e0121", 31),
        ("d22ddccd", 32),
        ("83bc7736", 6),
        ("6dd2ec59", 57),
        ("c2da531d", 16),
        ("6653b49c", 13),
        ("fed41395", 10),
    ],
)
def test_an_answer_is_estimated_as_the_service_billed_it(
    test_data: Path, recording: str, tokens: int
) -> None:
    sample = by_id(test_data)[recording]
    found = estimate(sample.request, sample.answer).output
    assert found is not None
    assert (found.tokens, sample.usage.output_tokens) == (tokens, tokens)


@pytest.mark.parametrize(
    ("recording", "tokens"),
    [
        ("84e61f6d", 13),
        ("c3005e8f", 26),
        ("afe83f75", 11),
        ("8e919e90", 57),
        ("72800ce4", 25),
        ("a1871bd6", 65),
        ("6ee3a2c0", 72),
        ("83bc7736", 58),
        ("4777df22", 87),
        ("32452a69", 146),
        ("5e89bd25", 71),
        ("540f203c", 151),
        ("d633638a", 65),
        ("d22ddccd", 74),
        ("79b4e6b0", 72),
        ("37c0ed15", 72),
        ("7e0f618f", 75),
        ("ac218ac3", 72),
        ("012295b0", 364),
        ("14570cf3", 143),
        ("3ee9d5b2", 50),
        ("345457af", 283),
    ],
)
def test_a_prompt_is_estimated_as_the_service_billed_it(test_data: Path, recording: str, tokens: int) -> None:
    sample = by_id(test_data)[recording]
    found = estimate(sample.request, sample.answer).input
    assert found is not None
    assert (found.tokens, sample.usage.input_tokens) == (tokens, tokens)


def test_a_stop_sequence_that_was_billed_is_within_the_bounds(test_data: Path) -> None:
    for recording, tokens in (("4915b0fd", 35), ("ad99b6ea", 3)):
        sample = by_id(test_data)[recording]
        found = estimate(sample.request, sample.answer).output
        assert found is not None
        assert found.high is not None
        assert found.low <= tokens <= found.high
