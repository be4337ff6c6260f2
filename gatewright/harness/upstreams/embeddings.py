"""Embeddings answers in the shape Azure OpenAI sends; the vectors follow from the texts alone.

Source: recorded answers of Azure OpenAI (float and base64: little-endian 32-bit floats).
"""

from __future__ import annotations

import base64
import math
import struct

from gatewright.harness.upstreams import tokens
from gatewright.harness.upstreams.request import EmbeddingsRequest
from gatewright.harness.upstreams.wire import compact
from gatewright.harness.upstreams.words import Dice, Json

USUAL_DIMENSIONS = 1536


def prompt_tokens(request: EmbeddingsRequest) -> int:
    """The tokens of all inputs."""
    return sum(len(tokens.encode(item)) if isinstance(item, str) else len(item) for item in request.inputs)


def longest(request: EmbeddingsRequest) -> int:
    """The tokens of the longest input."""
    return max(len(tokens.encode(item)) if isinstance(item, str) else len(item) for item in request.inputs)


def whole(request: EmbeddingsRequest, model: str, prompt: int) -> bytes:
    """The answer: one unit vector per input."""
    size = USUAL_DIMENSIONS if request.dimensions is None else request.dimensions
    data: list[Json] = []
    for index, item in enumerate(request.inputs):
        vector = _vector(Dice(repr(item).encode("utf-8", "backslashreplace")), size)
        data.append({"object": "embedding", "index": index, "embedding": _written(vector, request.base64)})
    usage: Json = {"prompt_tokens": prompt, "total_tokens": prompt}
    return compact({"object": "list", "data": data, "model": model, "usage": usage})


def _vector(dice: Dice, size: int) -> list[float]:
    values = [dice.unit() for _ in range(size)]
    length = math.sqrt(math.fsum(value * value for value in values)) or 1.0
    return [value / length for value in values]


def _written(vector: list[float], as_base64: bool) -> Json:
    packed = struct.pack(f"<{len(vector)}f", *vector)
    if as_base64:
        return base64.b64encode(packed).decode("ascii")
    return list(struct.unpack(f"<{len(vector)}f", packed))
