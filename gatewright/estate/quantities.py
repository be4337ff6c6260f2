"""Quantities as people write them: `60k` tokens, `30s`, `50%`, `month`.

Every reader takes the YAML scalar and gives the value in its base unit, or raises `ValueError` with one
sentence; the second argument of the error is the hint.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

Period = Literal["hour", "day", "week", "month", "year"]

PERIODS: tuple[Period, ...] = ("hour", "day", "week", "month", "year")
TOKENS_PATTERN = r"^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[kM]$|^[1-9][0-9]*$"
DURATION_PATTERN = r"^(?:0|[1-9][0-9]*)[smhd]$"
PERCENT_PATTERN = r"^[1-9][0-9]{0,2}%$"
MAX_TOKENS = 10**15

_TOKENS = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?([kM]?)", re.ASCII)
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smhd])", re.ASCII)
_PERCENT = re.compile(r"([1-9][0-9]{0,2})%", re.ASCII)
_SCALES = {"": 1, "k": 1_000, "M": 1_000_000}
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def shown(value: object) -> str:
    """A YAML scalar as it is quoted in messages, at most 60 characters."""
    if isinstance(value, str):
        text = value if len(value) <= 60 else value[:57] + "…"
        return f'"{printable(text)}"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "a mapping" if isinstance(value, dict) else "a list"


def printable(text: str) -> str:
    """A text without anything that would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def read_tokens(value: object) -> int:
    """A number of tokens, at least 1: a whole number, or a number with `k` (1,000) or `M` (1,000,000).

    >>> read_tokens("1.5k"), read_tokens(60000)
    (1500, 60000)
    """
    found = _TOKENS.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    if isinstance(value, bool) or found is None:
        raise ValueError(f"{shown(value)} is not a number of tokens", _tokens_hint(value))
    number = int(found[1]) * _SCALES[found[3]]
    if found[2]:
        exact = Decimal(found[1] + found[2]) * _SCALES[found[3]]
        number = int(exact)
        if number != exact:
            raise ValueError(f"{shown(value)} is not a whole number of tokens", _tokens_hint(None))
    if not 1 <= number <= MAX_TOKENS:
        raise ValueError(f"{shown(value)} is out of range", "between 1 and 1,000,000,000M")
    return number


def _tokens_hint(value: object) -> str:
    text = str(value)
    if isinstance(value, str) and text[-1:] in {"K", "m"} and text[:-1].isdecimal():
        return f"write {text[:-1]}{'k' if text[-1] == 'K' else 'M'}: k is 1,000 and M is 1,000,000"
    return "write a whole number such as 60000, or 60k (1,000) or 400M (1,000,000)"


def read_seconds(value: object) -> int:
    """A duration in seconds: a whole number with `s`, `m`, `h` or `d`.

    >>> read_seconds("15m")
    900
    """
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        number = isinstance(value, int) and not isinstance(value, bool)
        hint = f"write {value}s for seconds" if number else "write 30s, 15m, 1h or 7d"
        raise ValueError(f"{shown(value)} is not a duration", hint)
    return int(found[1]) * _SECONDS[found[2]]


def read_percent(value: object) -> int:
    """Whole percents from `1%` to `100%`.

    >>> read_percent("50%")
    50
    """
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > 100:
        raise ValueError(f"{shown(value)} is not a percentage", "write whole percents from 1% to 100%")
    return int(found[1])


def read_period(value: object) -> Period:
    """A calendar period in UTC.

    API Management counts a token quota in windows cut from the UTC clock, never in rolling ones.

    Source: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy (2026-04-01).
    """
    if value in PERIODS:
        return value
    rolling = isinstance(value, str) and _DURATION.fullmatch(value)
    why = (
        "is a rolling period; API Management counts in calendar periods (UTC)" if rolling else "is no period"
    )
    raise ValueError(f"{shown(value)} {why}", "write hour, day, week, month or year")


def read_money(value: object) -> Decimal:
    """An amount of US dollars, above zero, with at most two decimals.

    >>> read_money(900)
    Decimal('900')
    """
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", text, re.ASCII) or not Decimal(text):
        hint = "write an amount such as 900 or 49.50"
        raise ValueError(f"{shown(value)} is not an amount of US dollars above zero", hint)
    return Decimal(text)
