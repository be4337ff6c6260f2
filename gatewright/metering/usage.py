"""`TokenUsage`: the quantities that one call used, under OpenTelemetry's GenAI names without prefix.

Input includes what was read from or written to a cache; output includes reasoning. An absent quantity is
None, never 0.

Source: OpenTelemetry semantic conventions for generative AI,
https://opentelemetry.io/docs/specs/semconv/gen-ai/ (2026-08).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter

Number = int | float


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Quantities of one call; None where the service said nothing.

    Attributes:
        input_tokens: all input, cached parts included.
        output_tokens: all output, reasoning included.
        total_tokens: the service's own total; it is not computed here, and need not add up.
        cache_read_input_tokens: the part of the input that a cache served.
        cache_creation_input_tokens: the part of the input that was written to a cache.
        cache_creation_5m_input_tokens: of these, kept for five minutes.
        cache_creation_1h_input_tokens: of these, kept for an hour.
        reasoning_output_tokens: the part of the output that is reasoning.
        audio_input_tokens: the part of the input that is audio.
        audio_output_tokens: the part of the output that is audio.
        image_input_tokens: the part of the input that is images.
        image_output_tokens: the part of the output that is images.
        images: images made.
        seconds: seconds of audio.
        characters: characters of text to speak.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation_5m_input_tokens: int | None = None
    cache_creation_1h_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    images: int | None = None
    seconds: Number | None = None
    characters: int | None = None

    def is_empty(self) -> bool:
        """Whether no quantity is known."""
        return _values(self).count(None) == len(QUANTITIES)

    def plus(self, other: TokenUsage) -> TokenUsage:
        """The sum, quantity by quantity; what only one of both knows is that one's.

        >>> TokenUsage(input_tokens=1).plus(TokenUsage(input_tokens=2, images=3)).quantities()[0]
        ('input_tokens', 3)
        """
        pairs = zip(QUANTITIES, _values(self), _values(other), strict=True)
        return TokenUsage(**{name: mine if its is None else its + (mine or 0) for name, mine, its in pairs})

    def quantities(self) -> tuple[tuple[str, Number | None], ...]:
        """Every quantity with its name, in the order of the fields."""
        return tuple(zip(QUANTITIES, _values(self), strict=True))

    def values(self) -> tuple[Number | None, ...]:
        """Every quantity, in the order of `QUANTITIES`."""
        return _values(self)


QUANTITIES: tuple[str, ...] = tuple(field.name for field in fields(TokenUsage))
"""The names of all quantities, in the order in which records carry them."""

_values = attrgetter(*QUANTITIES)
