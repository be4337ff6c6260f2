"""Prompt and answer of one exchange counted, with bounds.

The bounds are those of the fitted figures, wider for prompts with more in them than most recordings had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatewright.metering.estimates import billed, periods, prompt
from gatewright.metering.estimates.answer import Choice, VisibleAnswer
from gatewright.metering.estimates.billed import Asked
from gatewright.metering.estimates.figures import Figures, find
from gatewright.metering.estimates.prompt import PromptCount
from gatewright.metering.estimates.tools import must_name
from gatewright.metering.estimates.vocabulary import Family, Tokenizer
from gatewright.metering.json_text import JsonObject, text_at
from gatewright.metering.normalise import first

WITHHELD = "content_filter"
"""Why an answer ended whose rest a filter withheld: that was written, and is billed, and nobody sees it.

Source: https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter (2024-06).
"""
CUT_TOKENS = 1
CALL_TOKENS = 12
UNSURE = 8  # one token in so many, of a prompt that is like no recording
SURE_TOOLS = 2  # what more tools than these add is surer of itself than it should be
SLACK = 1
SLACK_PER_TOOL = 2
SLACK_PER_TURN = 1
SLACK_OF_SCHEMA = 8  # one token in so many

PROMPTS: Mapping[str, Callable[[JsonObject, Family, Tokenizer], PromptCount | None]] = {
    "chat": prompt.chat,
    "responses": prompt.responses,
    "completions": prompt.completions,
    "embeddings": prompt.embeddings,
}
"""How the prompt of each API is counted that can be estimated."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An estimated number of tokens.

    Attributes:
        tokens: the estimate; None where there can be none.
        low: at least so many.
        high: at most so many; None where that is not known.
    """

    tokens: int | None
    low: int
    high: int | None

    @property
    def width(self) -> int | None:
        """Tokens between the bounds; None where the upper one is not known."""
        return None if self.high is None else self.high - self.low


class Counter:
    """Counts one exchange.

    Args:
        api: name of the API, one of `PROMPTS`.
        provider: provider name, as in records.
        family: the model's family.
        tokens: the tokenizer of its vocabulary.
        figures: what to add to what is counted.
    """

    def __init__(self, api: str, provider: str, family: Family, tokens: Tokenizer, figures: Figures) -> None:
        self._api = api
        self._provider = provider
        self._family = family
        self._tokens = tokens
        self._figures = figures
        self.detail = [f"tokenizer:{family.vocabulary}"]

    def _note(self, what: str, why: str) -> None:
        self.detail.append(f"{what}:{why}")

    def input(
        self, body: JsonObject | None, *, kept: bool = True, created: int | None = None
    ) -> Quantity | None:
        """Tokens of the prompt; None where the request's body was not kept, or cannot be read."""
        count = PROMPTS[self._api](body, self._family, self._tokens) if body is not None else None
        if count is None:
            self._note("input", "request_not_readable" if kept else "request_not_kept")
            return None
        if count.beyond:
            for kind in sorted(count.beyond)[:4]:
                self._note("input", plain_name(kind))
            return Quantity(None, 0 if "stored_input" in count.beyond else _at_least(count), None)
        figure = find(self._figures, "input", self._api, self._provider, self._family, count.case)
        if figure is None:
            self._note("input", "not_like_any_recording")
            return Quantity(None, _at_least(count), None)
        slack = _slack(count)
        tokens = count.tokens + periods.more_input(
            self._api, self._provider, self._family, created, count.tools
        )
        return Quantity(
            max(0, tokens + figure.offset),
            max(0, tokens + figure.low - slack - count.less),
            max(0, tokens + figure.high + slack),
        )

    def output(self, body: JsonObject, answer: VisibleAnswer | None) -> Quantity:
        """Tokens of the answer, by what was seen of it."""
        asked = Asked(self._api, self._provider, self._family, body)
        limit = _limit(asked)
        if answer is None or not answer.begun:
            self._note("output", "answer_not_seen")
            return Quantity(None, 0, limit)
        parts = [self._choice(asked, choice, answer.created) for choice in answer.choices]
        low = sum(part.low for part in parts)
        reason = self._invisible(body, answer)
        if reason is None and any(part.tokens is None for part in parts):
            reason = "not_like_any_recording"
        if reason is not None:
            self._note("output", reason)
            seen = sum(seen_tokens(asked, choice, self._tokens) for choice in answer.choices)
            return Quantity(None, min(seen, limit) if limit is not None else seen, limit)
        if not answer.ended:
            self._note("output", "answer_unfinished")
        tokens = sum(part.tokens or 0 for part in parts)
        return Quantity(tokens, low, sum(part.high or 0 for part in parts))

    def _invisible(self, body: JsonObject, answer: VisibleAnswer) -> str | None:
        """Why what was seen is not what was billed; None where it is."""
        if answer.cut:
            return "answer_too_large"
        if answer.beyond:
            return plain_name(answer.beyond[0])
        if any(choice.finish == WITHHELD for choice in answer.choices):
            return WITHHELD
        effort = text_at(body, "reasoning_effort") or text_at(body, "reasoning", "effort")
        if answer.reasoned or (self._family.reasons and effort != "none"):
            return "reasoning_not_visible"
        if body.get("echo") is True:
            return "echo"
        if not answer.readable:
            return "answer_not_readable"
        return None

    def _choice(self, asked: Asked, choice: Choice, created: int | None) -> Quantity:
        if choice.finish is None:
            seen = seen_tokens(asked, choice, self._tokens)
            return Quantity(
                seen, max(0, seen - CUT_TOKENS), seen + CUT_TOKENS + CALL_TOKENS * len(choice.calls)
            )
        found = billed.count(asked, choice, created, self._tokens)
        figure = find(self._figures, "output", self._api, self._provider, self._family, found.case)
        if figure is None:
            return Quantity(None, found.tokens - found.less, None)
        return Quantity(
            max(0, found.tokens + figure.offset),
            max(0, found.tokens + figure.low - found.less),
            max(0, found.tokens + figure.high + found.more),
        )


def _at_least(count: PromptCount) -> int:
    """A number of tokens that a prompt surely has, by what could be counted of it."""
    return count.tokens - count.tokens // UNSURE


def _slack(count: PromptCount) -> int:
    """How much wider than the recordings' the bounds are, for a prompt with more than messages in it."""
    if count.case == "plain":
        return 0
    tools = SLACK_PER_TOOL * max(0, count.tools - SURE_TOOLS)
    return SLACK + tools + SLACK_PER_TURN * count.turns + count.schema_tokens // SLACK_OF_SCHEMA


def seen_tokens(asked: Asked, choice: Choice, tokens: Tokenizer) -> int:
    """Tokens of what the client saw of one answer: its texts, its calls' names and arguments."""
    named = must_name(asked.api, asked.family, asked.body) is not None and len(choice.calls) == 1
    count = sum(tokens.count(text) for text in choice.texts)
    for call in choice.calls:
        count += tokens.count(call.arguments) + (0 if named else tokens.count(call.name))
    return count


def _limit(asked: Asked) -> int | None:
    """The most that the request lets a model write, over all its answers."""
    limit = billed.limit(asked)
    return None if limit is None else limit * (first(asked.body, "best_of", "n") or 1)


def plain_name(kind: str) -> str:
    """A kind as it may stand in a record: letters, digits, underscores."""
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in kind)[:40]
