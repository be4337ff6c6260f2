"""Fits `gatewright/metering/estimates/figures.json` on recorded traffic with the services' own counts.

    GATEWRIGHT_TEST_DATA=… python -m tests.metering.fit_estimates

A figure is what a service billed beyond the tokens that we count: the narrowest interval that holds
`COVERED` of the recordings of its kind, and the most frequent number in it.
"""

from __future__ import annotations

import functools
import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewright.metering.estimates import periods
from gatewright.metering.estimates.answer import VisibleAnswer
from gatewright.metering.estimates.billed import Asked, count
from gatewright.metering.estimates.counting import PROMPTS, WITHHELD
from gatewright.metering.estimates.figures import ANY, ANY_REASONING, Figure, Key, keys
from gatewright.metering.estimates.vocabulary import Family, family_of, tokenizer
from gatewright.metering.exchange_meter import Ending, ExchangeMeter, MeteredRequest
from gatewright.metering.json_text import JsonObject, NotJson, read_object
from gatewright.metering.operations import AZURE, OPENAI, read_operation
from gatewright.metering.record import UsageRecord, UsageSource
from gatewright.metering.recorded import meter
from gatewright.metering.sse import SseSplitter, read_event
from gatewright.metering.usage import TokenUsage
from gatewright.recordings import Exchange
from tests.metering.cutting import recorded

COVERED = 0.95
MIN_SAMPLES = 3
MIN_REPOSITORIES = 2
FEW_SAMPLES = 6
FILE = Path(__file__).parents[2] / "gatewright" / "metering" / "estimates" / "figures.json"


@dataclass(frozen=True)
class Sample:
    """A recorded exchange whose service said what it used, and what is seen where it says nothing."""

    exchange: Exchange
    repository: str
    family: Family
    usage: TokenUsage
    record: UsageRecord
    answer: VisibleAnswer
    body: JsonObject

    @property
    def api(self) -> str:
        return read_operation(self.exchange.method, self.exchange.url).api

    @property
    def request(self) -> MeteredRequest:
        return MeteredRequest(self.exchange.method, self.exchange.url, self.exchange.request_body)


@dataclass(frozen=True)
class Observation:
    """What a service billed beyond what we count."""

    what: str
    api: str
    provider: str
    family: Family
    case: str
    beyond: int
    repository: str


def without_usage(body: bytes) -> bytes:
    """An answer whose service reports no usage: the same document or events, but for that member."""
    if body.lstrip()[:1] == b"{":
        return json.dumps(_bare(json.loads(body))).encode()
    blocks = []
    for block in (item.raw for item in SseSplitter().feed(body + b"\n\n")):
        event = read_event(block)
        if event is None or event.data[:1] != b"{":
            blocks.append(block)
            continue
        value = json.loads(event.data)
        if value.get("usage") and value.get("choices") == []:
            continue
        name = b"" if event.type == "message" else b"event: " + event.type.encode() + b"\n"
        blocks.append(name + b"data: " + json.dumps(_bare(value)).encode() + b"\n\n")
    return b"".join(blocks)


def _bare(value: JsonObject) -> JsonObject:
    value.pop("usage", None)
    response = value.get("response")
    if isinstance(response, dict):
        response.pop("usage", None)
    return value


def watch(
    exchange: Exchange, data: bytes, ending: Ending = Ending.COMPLETE
) -> tuple[UsageRecord, VisibleAnswer]:
    """The record of an exchange whose answer was these bytes, and what was seen of the answer."""
    gauge = ExchangeMeter("r", watch_answer=True)
    gauge.begin(MeteredRequest(exchange.method, exchange.url, exchange.request_body))
    gauge.response(exchange.status, exchange.response_headers)
    gauge.feed(data)
    record = gauge.finish(ending)
    answer = gauge.visible_answer()
    assert answer is not None
    return record, answer


@functools.cache
def samples(folder: Path) -> tuple[Sample, ...]:
    """The exchanges with OpenAI and Azure OpenAI whose model has a known vocabulary, usage taken away."""
    found = (_sample(exchange) for exchange in recorded(folder))
    return tuple(sample for sample in found if sample is not None)


def _sample(exchange: Exchange) -> Sample | None:
    operation = read_operation(exchange.method, exchange.url)
    if operation.provider not in (OPENAI, AZURE) or operation.api not in PROMPTS or exchange.status != 200:
        return None
    reported = meter(exchange)
    if reported.usage_source is not UsageSource.REPORTED:
        return None
    record, answer = watch(exchange, without_usage(exchange.response_body))
    assert record.usage_source is UsageSource.MISSING, exchange.source
    model = answer.model or record.request_model or ""
    family = family_of("text-embedding-ada-002" if (operation.api, model) == ("embeddings", "ada") else model)
    try:
        body = read_object(exchange.request_body)
    except NotJson:
        return None
    if family is None or exchange.source is None:
        return None
    return Sample(exchange, Path(exchange.source.file).stem, family, reported.usage, record, answer, body)


def observations(sample: Sample) -> Iterator[Observation]:
    """What the figures are fitted on: prompts that can be counted, single answers without reasoning."""
    usage, api, family = sample.usage, sample.api, sample.family
    provider = sample.record.provider_name or ""
    tokens = tokenizer(family.vocabulary)
    created = sample.answer.created
    into = PROMPTS[api](sample.body, family, tokens)
    if into and not into.beyond and not into.less and usage.input_tokens:
        more = periods.more_input(api, provider, family, created, into.tools)
        beyond = usage.input_tokens - into.tokens - more
        yield Observation("input", api, provider, family, into.case, beyond, sample.repository)
    answer = sample.answer
    if api == "embeddings" or answer.beyond or answer.reasoned or usage.reasoning_output_tokens:
        return
    if len(answer.choices) != 1 or not answer.ended or not usage.output_tokens:
        return
    choice = answer.choices[0]
    out = count(Asked(api, provider, family, sample.body), choice, created, tokens)
    if choice.finish != WITHHELD and not out.less and not out.more:
        beyond = usage.output_tokens - out.tokens
        yield Observation("output", api, provider, family, out.case, beyond, sample.repository)


def fit(found: Iterable[Observation]) -> dict[Key, Figure]:
    """The figures of these observations. What one project's recordings alone show is no kind of its own."""
    kinds: dict[Key, list[Observation]] = {}
    for item in found:
        for key in keys(item.what, item.api, item.provider, item.family, item.case):
            kinds.setdefault(key, []).append(item)
    return {
        key: interval([item.beyond for item in items])
        for key, items in sorted(kinds.items(), key=str)
        if len(items) >= MIN_SAMPLES
        and (is_pool(key) or len({item.repository for item in items}) >= MIN_REPOSITORIES)
    }


def is_pool(key: Key) -> bool:
    """Whether it is wide enough to stand alone."""
    return key.provider == ANY and key.family in (ANY, ANY_REASONING)


def interval(numbers: list[int]) -> Figure:
    """The narrowest interval that holds enough of the numbers, and the most frequent one in it.

    Few numbers show less than their spread: then it is one wider on either side.
    """
    ordered = sorted(numbers)
    size = math.ceil(COVERED * len(ordered))
    start = min(range(len(ordered) - size + 1), key=lambda at: ordered[at + size - 1] - ordered[at])
    low, high = ordered[start], ordered[start + size - 1]
    inside = Counter(number for number in ordered if low <= number <= high)
    offset = max(inside, key=lambda number: (inside[number], -abs(number - (low + high) / 2)))
    spare = 1 if len(ordered) < FEW_SAMPLES else 0
    return Figure(offset, low - spare, high + spare, len(ordered))


def written(figures: dict[Key, Figure], whence: Sequence[Sample]) -> str:
    """The text of the packaged file."""
    rows = [
        json.dumps(
            {
                "key": [key.what, key.api, key.provider, key.family, key.case],
                "tokens": [figure.low, figure.offset, figure.high],
                "samples": figure.samples,
            }
        )
        for key, figure in figures.items()
    ]
    about = {
        "about": "Tokens that services bill beyond what is counted: [least, most frequent, most], "
        f"covering {COVERED:.0%} of the recordings of a kind.",
        "written by": "tests/metering/fit_estimates.py",
        "recordings": len(whence),
        "repositories": sorted({sample.repository.replace("__", "/") for sample in whence}),
    }
    head = json.dumps(about, indent=1)[:-2]
    return head + ',\n "figures": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n"


def main() -> None:
    whence = samples(Path(os.environ["GATEWRIGHT_TEST_DATA"]).resolve())
    figures = fit(item for sample in whence for item in observations(sample))
    FILE.write_text(written(figures, whence), "utf-8")
    print(f"{len(figures)} figures from {len(whence)} recordings")


if __name__ == "__main__":
    main()
