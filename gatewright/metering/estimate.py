"""Estimates of usage that a service did not report: prompt and answer counted, with bounds.

```
meter = ExchangeMeter(record_id, identity, watch_answer=True)
…                                             # the exchange runs; no usage was stated
record = meter.finish(Ending.CLIENT_LEFT)
if record.usage_source is UsageSource.MISSING:                          # on a worker thread:
    record = estimated(record, request, meter.visible_answer(), models=["gpt-4.1"])
```
The tokenizer is loaded by the first estimate: half a second and 150 MB (`estimates.vocabulary` says why this
one). Everything here is synchronous, free of side effects, and safe in threads.

What can be known: the text of a prompt and of what the client saw of an answer, in the model's vocabulary,
plus what the service bills around it (`estimates.figures`, fitted on recordings; the bounds hold for 95 in
100 of them). What cannot: reasoning, which nobody sees; images, audio, files, stored conversations; what
hosted tools do. Then a quantity is absent, its bounds say how much was used at least, and the detail says
why. Of an answer that broke off, what was seen is counted; what the service made beyond it, and may bill, is
not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gatewright.metering.estimates import figures as fitted
from gatewright.metering.estimates.answer import VisibleAnswer
from gatewright.metering.estimates.counting import PROMPTS, Counter, Quantity
from gatewright.metering.estimates.figures import Figures
from gatewright.metering.estimates.vocabulary import Family, TokenizerAbsent, family_of, tokenizer
from gatewright.metering.exchange_meter import MeteredRequest
from gatewright.metering.json_text import JsonObject, NotJson, read_object, text_at
from gatewright.metering.operations import Operation, read_operation
from gatewright.metering.record import NOTHING_USED, PENDING, Bound, Settlement, UsageRecord, UsageSource
from gatewright.metering.usage import TokenUsage

__all__ = [
    "Estimate",
    "Quantity",
    "can_be_estimated",
    "estimate",
    "estimated",
    "may_be_estimated",
    "names_of",
    "with_estimate",
]

# Endings without usage that nobody bills, that another record counts, or that are only a beginning.
_NOT_HERE = NOTHING_USED | {"no_reader_for_api", "background_not_finished", "run_not_finished", PENDING}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an exchange used, as far as it can be told.

    Attributes:
        input: tokens of the prompt; None where nothing is known of them.
        output: tokens of the answer; None where nothing is known of them, or where the API has none.
        detail: how it was estimated, and what could not be, as short names.
    """

    input: Quantity | None = None
    output: Quantity | None = None
    detail: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether any quantity was estimated."""
        return not self.usage.is_empty()

    @property
    def usage(self) -> TokenUsage:
        """The quantities. The total is there where all its parts are."""
        into = self.input.tokens if self.input else None
        out = self.output.tokens if self.output else None
        total = None if into is None or (self.output and out is None) else into + (out or 0)
        return TokenUsage(input_tokens=into, output_tokens=out, total_tokens=total)

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The bounds of each quantity that something is known of."""
        named = (("input_tokens", self.input), ("output_tokens", self.output))
        return tuple(Bound(name, item.low, item.high) for name, item in named if item is not None)


def estimate(
    request: MeteredRequest,
    answer: VisibleAnswer | None,
    *,
    models: Sequence[str | None] = (),
    provider: str | None = None,
    figures: Figures | None = None,
) -> Estimate:
    """What an exchange used, by its request and by what the client saw of the answer. Never raises.

    Args:
        request: the request with its body.
        answer: what was seen of the answer; None where none was seen, or where nobody watched.
        models: names of the model beside what the answer says, the most trusted first: of the deployment,
            of the alias. What the request's body names comes last.
        provider: provider name, as in records; by default the request's URL says it.
        figures: fitted figures; by default the packaged ones.
    """
    operation = read_operation(request.method, request.url)
    if operation.api not in PROMPTS:
        return Estimate(detail=("api_not_estimated",))
    body = _body(request.body)
    family = _family(operation, answer, [*models, text_at(body, "model") if body else None])
    if family is None:
        return Estimate(detail=("model_not_known",))
    try:
        counter = Counter(
            operation.api,
            provider or operation.provider,
            family,
            tokenizer(family.vocabulary),
            fitted.load() if figures is None else figures,
        )
    except TokenizerAbsent:
        return Estimate(detail=("tokenizer_absent",))
    into = counter.input(
        body, kept=request.body is not None, created=answer.created if answer is not None else None
    )
    out = None if operation.api == "embeddings" else counter.output(body or {}, answer)
    return Estimate(into, out, tuple(counter.detail))


def _body(body: bytes | None) -> JsonObject | None:
    try:
        return read_object(body) if body else None
    except NotJson:
        return None


def _family(
    operation: Operation, answer: VisibleAnswer | None, models: Sequence[str | None]
) -> Family | None:
    """The model's family. What the answer says is believed, even where that vocabulary is not known."""
    if answer is not None and answer.model:
        return _named(operation, answer.model)
    found = (_named(operation, name) for name in [*models, operation.deployment] if name)
    return next((family for family in found if family), None)


def _named(operation: Operation, name: str) -> Family | None:
    # Azure answers embeddings of text-embedding-ada-002 under the name of the model's generation.
    return family_of("text-embedding-ada-002" if (operation.api, name) == ("embeddings", "ada") else name)


def names_of(record: UsageRecord, *models: str | None) -> tuple[str, ...]:
    """Names of the model that a record knows, the most trusted first, for `estimate`.

    Args:
        record: the record.
        models: names from elsewhere, such as the deployment's model in the routes.
    """
    names = (record.response_model, *models, record.deployment, record.request_model)
    return tuple(name for name in names if name)


def estimated(
    record: UsageRecord,
    request: MeteredRequest,
    answer: VisibleAnswer | None,
    *,
    models: Sequence[str | None] = (),
) -> UsageRecord:
    """A record with its usage estimated where it is missing and can be; any other record as it is.

    Args:
        record: the record, as the meter gave it.
        request: the request with its body.
        answer: what was seen of the answer.
        models: names of the model beside those in the record, such as the deployment's in the routes.
    """
    if not can_be_estimated(record, answer):
        return record
    names = names_of(record, *models)
    return with_estimate(record, estimate(request, answer, models=names, provider=record.provider_name))


def can_be_estimated(record: UsageRecord, answer: VisibleAnswer | None) -> bool:
    """Whether a record without usage stands for an attempt that the service may have billed.

    A refusal, or an error without any answer, is not billed. A crash, or a client that left before the
    answer began, may be.
    """
    seen = answer is not None and bool(answer.choices)
    return may_be_estimated(record, seen=seen)


def may_be_estimated(record: UsageRecord, *, seen: bool) -> bool:
    """As `can_be_estimated`, before the answer is read.

    Args:
        record: the record.
        seen: any of the answer was seen.
    """
    if record.usage_source is not UsageSource.MISSING:
        return False
    if _NOT_HERE.intersection((record.usage_detail or "").split(",")):
        return False
    match record.settlement:
        case Settlement.CRASHED:
            return True
        case Settlement.COMPLETE | Settlement.ABORTED_BY_CLIENT | Settlement.ABORTED_BY_UPSTREAM:
            return record.status is None or 200 <= record.status < 300
        case Settlement.FAILED:
            return seen
        case Settlement.REFUSED:
            return False


def with_estimate(record: UsageRecord, found: Estimate) -> UsageRecord:
    """A record whose usage is missing, with what was estimated; any other record as it is.

    The detail says first why usage is missing, then how it was estimated, then what could not be.
    """
    if record.usage_source is not UsageSource.MISSING:
        return record
    return replace(
        record,
        usage=found.usage if found.ok else record.usage,
        usage_source=UsageSource.ESTIMATED if found.ok else UsageSource.MISSING,
        usage_detail=",".join(_details(record, found)),
        usage_bounds=found.bounds,
    )


def _details(record: UsageRecord, found: Estimate) -> Iterator[str]:
    if record.usage_detail:
        yield record.usage_detail
    if not found.ok:
        yield "cannot_be_estimated"
    yield from found.detail
