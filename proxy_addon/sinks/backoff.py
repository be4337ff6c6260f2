"""How long to wait before the next try: exponential, with jitter, never sooner than the receiver asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_ASKED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays that double from try to try.

    Attributes:
        first_seconds: upper end of the first delay.
        most_seconds: upper end of every later delay.
        random: numbers from 0 up to 1; half of each delay is random, so that replicas do not return together.
    """

    random: Callable[[], float]
    first_seconds: float = 1.0
    most_seconds: float = 120.0

    def delay(self, failures: int, asked_seconds: float | None = None) -> float:
        """Seconds to wait after so many failures in a row.

        What the receiver asks for is honoured up to an hour, and spread by up to a tenth.

        >>> Backoff(lambda: 0.5).delay(3)
        3.0
        >>> Backoff(lambda: 0.0).delay(1, 30)
        30.0
        """
        top = min(self.most_seconds, self.first_seconds * 2.0 ** min(failures - 1, 30))
        own = top / 2 + self.random() * top / 2
        if asked_seconds is None:
            return own
        asked = min(max(asked_seconds, 0.0), MOST_ASKED_SECONDS)
        return max(own, asked * (1 + self.random() / 10))


def retry_after(milliseconds: str | None, value: str | None, now: datetime) -> float | None:
    """Seconds that a receiver asks for: `retry-after-ms` first, then `retry-after` as seconds or as a date.

    Source: RFC 9110, section 10.2.3, https://www.rfc-editor.org/rfc/rfc9110#field.retry-after (2022-06).

    >>> retry_after(None, "7", datetime(2026, 11, 1, tzinfo=UTC))
    7.0
    >>> retry_after(None, "Sun, 01 Nov 2026 00:01:00 GMT", datetime(2026, 11, 1, tzinfo=UTC))
    60.0
    """
    if milliseconds is not None and _is_number(milliseconds):
        return float(milliseconds) / 1000
    if value is None:
        return None
    if _is_number(value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _is_number(text: str) -> bool:
    return text.isascii() and text.strip().replace(".", "", 1).isdigit() and len(text) < 20
