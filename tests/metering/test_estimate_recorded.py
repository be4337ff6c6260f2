"""Estimates of recorded exchanges whose usage was taken away, against what the services had reported."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from gatewright.metering.estimate import (
    Estimate,
    Quantity,
    can_be_estimated,
    estimate,
    names_of,
    with_estimate,
)
from gatewright.metering.estimates.answer import VisibleAnswer
from gatewright.metering.estimates.figures import Figures, load
from gatewright.metering.estimates.vocabulary import tokenizer
from gatewright.metering.exchange_meter import Ending, ExchangeMeter
from gatewright.metering.record import UsageRecord, UsageSource
from gatewright.metering.sse import SseDecoder, SseSplitter
from tests.metering.cutting import cut
from tests.metering.fit_estimates import (
    FILE,
    Sample,
    fit,
    observations,
    samples,
    watch,
    without_usage,
    written,
)


@dataclass
class Score:
    """How near estimates came."""

    near: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    held: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    width: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    at_least: list[bool] = field(default_factory=list)
    cannot: Counter[str] = field(default_factory=Counter)

    def add(self, sample: Sample, found: Estimate) -> None:
        """Compares an estimate with what the service reported."""
        usage, kind = sample.usage, kind_of(sample)
        if sample.api == "embeddings":
            self.near[kind].append(found.usage.input_tokens == usage.input_tokens)
        self._quantity("input", found.input, usage.input_tokens)
        if found.output is not None and usage.output_tokens is not None:
            self._quantity("output", found.output, usage.output_tokens)
            if found.output.tokens is None:
                self.cannot[found.detail[-1]] += 1
            else:
                self.near[kind].append(abs(found.output.tokens - usage.output_tokens) <= 2)

    def _quantity(self, what: str, found: Quantity | None, truth: int | None) -> None:
        if found is None or truth is None:
            return
        if found.tokens is None or found.high is None:
            self.at_least.append(found.low <= truth)
            return
        self.held[what].append(found.low <= truth <= found.high)
        self.width[what].append((found.high - found.low) / max(1, truth))

    def lines(self) -> Iterator[str]:
        """What a reader wants to know."""
        for kind, near in sorted(self.near.items()):
            yield f"{kind}: {sum(near)} of {len(near)} near enough ({share(near):.1%})"
        for what, held in sorted(self.held.items()):
            width = median(self.width[what])
            yield f"{what}: bounds hold for {share(held):.1%} of {len(held)}, median width {width:.1%}"
        yield f"lower bounds hold for {share(self.at_least):.1%} of {len(self.at_least)}"
        yield f"cannot: {dict(self.cannot)}"


def share(marks: list[bool]) -> float:
    return sum(marks) / len(marks)


def kind_of(sample: Sample) -> str:
    if sample.api == "embeddings":
        return "embeddings"
    if any(choice.calls for choice in sample.answer.choices):
        return "calls"
    return f"{sample.api} text"


def score(found: tuple[Sample, ...], figures: Callable[[Sample], Figures]) -> Score:
    result = Score()
    for sample in found:
        result.add(sample, estimate(sample.request, sample.answer, figures=figures(sample)))
    return result


def test_estimates_are_near_and_their_bounds_hold(
    test_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packaged = load()
    result = score(samples(test_data), lambda _: packaged)
    with capsys.disabled():
        print("", "", "estimates, figures fitted on these recordings:", *result.lines(), sep="\n  ")
    assert share(result.near["chat text"]) >= 0.95
    assert share(result.near["responses text"]) >= 0.95
    assert share(result.near["completions text"]) >= 0.95
    assert share(result.near["calls"]) >= 0.85
    assert share(result.near["embeddings"]) == 1
    for what in ("input", "output"):
        assert share(result.held[what]) >= 0.95
        assert median(result.width[what]) <= 0.05
    assert share(result.at_least) >= 0.95
    assert len(result.near["chat text"]) > 200
    assert len(result.near["calls"]) > 100


def test_estimates_hold_for_projects_the_figures_were_not_fitted_on(
    test_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = samples(test_data)
    seen = [(sample.repository, tuple(observations(sample))) for sample in found]
    left_out = {
        name: fit(item for repository, items in seen if repository != name for item in items)
        for name in {sample.repository for sample in found}
    }
    result = score(found, lambda sample: left_out[sample.repository])
    with capsys.disabled():
        print("", "", "estimates, each project's figures fitted on the others:", *result.lines(), sep="\n  ")
    assert share(result.near["chat text"]) >= 0.95
    assert share(result.near["calls"]) >= 0.95
    assert share(result.near["embeddings"]) == 1
    assert share(result.near["responses text"]) >= 0.95
    assert share(result.near["completions text"]) >= 0.95
    assert share(result.held["input"]) >= 0.965
    assert share(result.held["output"]) >= 0.97
    for what in ("input", "output"):
        assert median(result.width[what]) <= 0.05


def test_the_packaged_figures_are_those_of_the_recordings(test_data: Path) -> None:
    whence = samples(test_data)
    figures = fit(item for sample in whence for item in observations(sample))
    assert written(figures, whence) == FILE.read_text("utf-8"), "run python -m tests.metering.fit_estimates"


def test_reasoning_is_said_not_to_be_visible_and_what_was_seen_is_the_least(test_data: Path) -> None:
    checked = 0
    for sample in samples(test_data):
        if not sample.family.reasons or sample.answer.beyond:
            continue
        found = estimate(sample.request, sample.answer)
        assert found.output is not None
        assert (found.output.tokens, found.usage.total_tokens) == (None, None), sample.exchange.source
        assert "output:reasoning_not_visible" in found.detail
        checked += 1
    assert checked > 100


def test_records_take_their_estimates(test_data: Path) -> None:
    sources: Counter[UsageSource] = Counter()
    for sample in samples(test_data):
        assert can_be_estimated(sample.record, sample.answer), sample.exchange.source
        found = estimate(sample.request, sample.answer, models=names_of(sample.record))
        record = with_estimate(sample.record, found)
        assert UsageRecord.read(record.to_json()) == record
        assert (record.usage_source is UsageSource.ESTIMATED) == found.ok
        sources[record.usage_source] += 1
    assert sources[UsageSource.ESTIMATED] > 500


def streams(folder: Path) -> Iterator[tuple[Sample, list[bytes]]]:
    """Streams of texts, as the blocks that a client gets."""
    for sample in samples(folder):
        body = without_usage(sample.exchange.response_body)
        if sample.api != "embeddings" and body[:1] != b"{":
            yield sample, [block.raw for block in SseSplitter().feed(body)]


def seen_by_a_client(data: bytes) -> tuple[list[str], int]:
    """The texts that a client of a stream shows, one for each place, and how many pieces came."""
    texts: dict[object, str] = defaultdict(str)
    pieces = 0
    for event in SseDecoder().feed(data):
        if event.data[:1] != b"{":
            continue
        value: Any = json.loads(event.data)
        for choice in value.get("choices") or []:
            delta = choice.get("delta") or {}
            for key in ("content", "refusal"):
                texts[choice["index"], key] += delta.get(key) or ""
                pieces += bool(delta.get(key))
            texts[choice["index"], "text"] += choice.get("text") or ""
            for call in delta.get("tool_calls") or []:
                for key in ("name", "arguments"):
                    texts[choice["index"], call["index"], key] += (call.get("function") or {}).get(key) or ""
        match value.get("type"):
            case "response.output_text.delta" | "response.function_call_arguments.delta":
                texts[value["output_index"], value.get("content_index")] += value["delta"]
                pieces += 1
            case "response.output_item.added" if value["item"]["type"] == "function_call":
                texts[value["output_index"], "name"] += value["item"]["name"]
    return list(texts.values()), pieces


def named(sample: Sample) -> bool:
    return isinstance(sample.body.get("tool_choice"), dict)


def test_a_broken_off_stream_counts_what_the_client_saw(test_data: Path) -> None:
    chance = random.Random(11)
    checked = 0
    for sample, blocks in streams(test_data):
        if sample.family.reasons or sample.answer.beyond or len(blocks) < 3 or named(sample):
            continue
        for _ in range(3):
            early = b"".join(blocks[: chance.randrange(1, len(blocks))])
            record, answer = watch(sample.exchange, early, Ending.CLIENT_LEFT)
            found = estimate(sample.request, answer, models=names_of(record)).output
            assert found is not None
            assert found.tokens is not None, sample.exchange.source
            assert found.high is not None
            texts, _pieces = seen_by_a_client(early)
            tokens = sum(tokenizer(sample.family.vocabulary).count(text) for text in texts)
            if answer.ended:
                assert found.low <= (sample.usage.output_tokens or 0) + 2
            else:
                assert found.tokens == tokens, sample.exchange.source
                assert found.low <= tokens <= found.high
            checked += 1
    assert checked > 300


def test_a_token_of_a_stream_that_came_apart_is_within_the_bounds(test_data: Path) -> None:
    """A service sends text token by token: the pieces that came are the tokens that were made."""
    chance = random.Random(12)
    held: list[bool] = []
    for sample, blocks in streams(test_data):
        whole, pieces = seen_by_a_client(b"".join(blocks))
        count = tokenizer(sample.family.vocabulary).count
        if sample.family.reasons or sample.answer.beyond or kind_of(sample) == "calls":
            continue
        if abs(pieces - sum(map(count, whole))) > 1 or len(blocks) < 6:
            continue  # a service that joins tokens before it sends them
        early = b"".join(blocks[: chance.randrange(2, len(blocks) - 2)])
        record, answer = watch(sample.exchange, early, Ending.CLIENT_LEFT)
        found = estimate(sample.request, answer, models=names_of(record)).output
        _, came = seen_by_a_client(early)
        assert found is not None
        assert found.high is not None
        held.append(found.low <= came <= found.high)
    assert len(held) > 50
    assert share(held) >= 0.95


def test_the_same_is_seen_of_any_cutting(test_data: Path) -> None:
    chance = random.Random(13)
    for sample in samples(test_data):
        body = without_usage(sample.exchange.response_body)
        parts = cut(body, [chance.randrange(len(body) + 1) for _ in range(7)])
        assert seen_in_parts(sample, parts) == sample.answer, sample.exchange.source


def seen_in_parts(sample: Sample, parts: list[bytes]) -> VisibleAnswer | None:
    gauge = ExchangeMeter("r", watch_answer=True)
    gauge.begin(sample.request)
    gauge.response(200, sample.exchange.response_headers)
    for part in parts:
        gauge.feed(part)
    gauge.finish()
    return gauge.visible_answer()


def test_a_stream_says_what_its_document_says(test_data: Path) -> None:
    """The last event of the Responses API holds the whole answer: without it, the same is seen."""
    checked = 0
    for sample, blocks in streams(test_data):
        last = [number for number, block in enumerate(blocks) if b'"response.completed"' in block]
        if sample.api != "responses" or not last:
            continue
        _, early = watch(sample.exchange, b"".join(blocks[: last[0]]), Ending.CLIENT_LEFT)
        for before, after in zip(early.choices, sample.answer.choices, strict=True):
            assert (before.texts, before.calls) == (after.texts, after.calls), sample.exchange.source
        checked += 1
    assert checked > 30
