"""What one answer is billed as, by what the client saw of it: how texts end, how calls of tools are written.

The services document little of it; it is what recordings show, by their ids:

* A call is addressed to `functions.<name>`, and the address is tokens of the answer: the eight of 103 calls
  whose name has two tokens more behind the address and not one, as `calculator` has, were billed one more.
* Several calls are one call of `multi_tool_use.parallel`, whose arguments hold theirs as plain JSON: exact
  for 22 of 23 recordings, seven projects, of gpt-3.5, gpt-4o and gpt-4.1; one too many for 2807ec82.
* Chat completions writes the arguments of such calls anew, with a space after each colon and comma, and those
  of a single call as the model did, without. So a call that stands alone and has the spaces stood in that
  frame: 8ab074db, 75f60169 (gpt-3.5), c0de7a2c (gpt-4.1-nano).
* gpt-4.1-nano uses the frame for single calls, and may write one call twice in it (2807ec82 shows it); where
  chat shows it once, it was billed twice (c0de7a2c, one recording). The Responses API does not show the
  frame: d22ddccd, a11e0121, 75da3d8e were billed it, all of one project, and none was not.
* Where the Responses API must call its only tool, the model does not write the name, as where it is named
  (83bc7736, one recording, whose prompt is counted that way too); in chat it does (49dd5398).
* An answer that its limit cut has as many tokens as the limit (all 33, eight projects); its text may count
  less, because a model need not write the fewest tokens (c2da531d). Without a limit, completions have 16.
* A stop sequence that was reached was written, is billed, and is not shown (4915b0fd); whether it was reached
  is not shown either. Then the token that ends an answer is not billed (ad99b6ea, one recording).
* A refusal is billed one more (6653b49c, ccb07303: one prompt, twice).

Sources: https://platform.openai.com/docs/api-reference/completions/create (2026-10), for the 16 tokens;
https://community.openai.com/t/parallel-tool-use-documentation-for-api-models/1304519 (2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.metering.estimates import periods
from gatewright.metering.estimates.answer import Call, Choice
from gatewright.metering.estimates.tools import ADDRESS, must_name, plain
from gatewright.metering.estimates.vocabulary import Family, Tokenizer
from gatewright.metering.json_text import JsonObject, list_at
from gatewright.metering.normalise import first

COMPLETIONS_LIMIT = 16
PER_REFUSAL = 1
NEAR_LIMIT = 16  # a text may count one token in so many less than the limit that cut it


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """Tokens of one answer.

    Attributes:
        tokens: what was counted.
        case: what the tokens around it depend on: its ending, its calls, tools in the request.
        less: so many of them may not have been billed.
        more: so many more may have been billed.
    """

    tokens: int
    case: str
    less: int = 0
    more: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom an answer was asked of, and how.

    Attributes:
        api: name of the API, as in `operations`.
        provider: provider name, as in records.
        family: the model's family.
        body: the request; empty where it was not kept.
    """

    api: str
    provider: str
    family: Family
    body: JsonObject


def count(asked: Asked, choice: Choice, created: int | None, tokens: Tokenizer) -> ChoiceCount:
    """Tokens of an answer that came to its end.

    Args:
        asked: whom it was asked of, and how.
        choice: what was seen of the answer.
        created: when it was made, in seconds since 1970.
        tokens: the tokenizer of the model's vocabulary.
    """
    end = periods.more_output(asked.api, asked.provider, created, choice.finish)
    texts = end + sum(tokens.count(text) for text in choice.texts)
    if choice.calls:
        return _calls(asked, choice.calls, texts, tokens)
    if choice.finish == "length":
        return ChoiceCount(_cut_off(asked, texts), "text_length")
    case = "text_tools" if list_at(asked.body, "tools") or list_at(asked.body, "functions") else "text"
    if choice.refused:
        return ChoiceCount(texts + PER_REFUSAL, case, less=PER_REFUSAL)
    unseen = max((tokens.count(stop) for stop in _stops(asked.body)), default=0)
    return ChoiceCount(texts, case, less=min(end, unseen), more=unseen)


def limit(asked: Asked) -> int | None:
    """The most tokens that the request lets one answer have."""
    if asked.api == "responses":
        return first(asked.body, "max_output_tokens")
    stated = first(asked.body, "max_completion_tokens", "max_tokens")
    return COMPLETIONS_LIMIT if stated is None and asked.api == "completions" and asked.body else stated


def _cut_off(asked: Asked, texts: int) -> int:
    """Tokens of a text that was cut off: the limit, unless something else cut it."""
    most = limit(asked)
    return most if most is not None and 0 <= most - texts <= 1 + texts // NEAR_LIMIT else texts


def _stops(body: JsonObject) -> list[str]:
    stop = body.get("stop")
    return [item for item in (stop if isinstance(stop, list) else [stop]) if isinstance(item, str)]


def _calls(asked: Asked, calls: Sequence[Call], texts: int, tokens: Tokenizer) -> ChoiceCount:
    if len(calls) > 1:
        return ChoiceCount(texts + _framed(calls, tokens), "calls")
    (call,) = calls
    if must_name(asked.api, asked.family, asked.body):
        return ChoiceCount(texts + tokens.count(call.arguments), "call_named")
    once, repeats = texts + _framed(calls, tokens), asked.family.repeats_calls
    if asked.api == "chat" and _written_anew(call.arguments):
        twice = texts + _framed([call, call], tokens)
        return ChoiceCount(twice, "calls", less=twice - once) if repeats else ChoiceCount(once, "calls")
    plain = texts + tokens.count(ADDRESS + call.name) + tokens.count(call.arguments)
    if asked.api == "responses" and repeats and asked.body.get("parallel_tool_calls") is not False:
        return ChoiceCount(once, "calls", less=once - plain)
    return ChoiceCount(plain, "call")


def _framed(calls: Sequence[Call], tokens: Tokenizer) -> int:
    """Tokens of calls as the arguments of the one call that holds them."""
    uses = ",".join(
        f'{{"recipient_name":"{ADDRESS}{call.name}","parameters":{plain(call.arguments)}}}' for call in calls
    )
    return tokens.count(f'{{"tool_uses":[{uses}]}}')


def _written_anew(arguments: str) -> bool:
    """Whether arguments stand with spaces on one line, as a service writes them and no model does."""
    try:
        value = json.loads(arguments)
        return bool(value) and arguments in (json.dumps(value), json.dumps(value, ensure_ascii=False))
    except (ValueError, RecursionError):
        return False
