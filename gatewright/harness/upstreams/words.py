"""Texts, ids and JSON values that follow from a seed alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

_WORDS = (
    "the gateway routes each request to one deployment and counts what the service reports a plan "
    "sets the ceiling for every tenant while prices stay outside of the record latency depends on "
    "region load and prompt length café naïve — résumé über größer 東京 with without before after "
    "between because however therefore tokens streams answers retries budget quarter review search "
    "index summary customer order invoice "
).split()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_DEPTH = 6

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class Dice:
    """A sequence of numbers that follows from a seed, the same on every machine and Python."""

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.sha256(seed).digest()
        self._counter = 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        self._counter += 1
        block = hashlib.sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
        return int.from_bytes(block[:8], "big") % limit

    def letters(self, count: int) -> str:
        """Letters and digits, as the service uses them in ids."""
        return "".join(_LETTERS[self.below(len(_LETTERS))] for _ in range(count))

    def guid(self) -> str:
        """A GUID."""
        text = hashlib.sha256(self._seed + b"guid" + self.below(1 << 32).to_bytes(4, "big")).hexdigest()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"

    def unit(self) -> float:
        """A number from -1 to 1."""
        return self.below(2_000_001) / 1_000_000 - 1


def prose(dice: Dice, words: int) -> str:
    """Sentences of so many words."""
    out: list[str] = []
    for number in range(words):
        word = _WORDS[dice.below(len(_WORDS))]
        first = number == 0 or out[-1].endswith(".")
        out.append(word.capitalize() if first else word)
        if number == words - 1 or dice.below(9) == 0:
            out[-1] += "."
    return " ".join(out)


def instance(dice: Dice, schema: Json, root: Json = None, depth: int = 0) -> Json:
    """A value that a JSON Schema of the subset of structured outputs accepts.

    Knows type, properties, items, enum, const, anyOf, oneOf, allOf (first member), local `$ref`, bounds of
    numbers and of array lengths. Recursive schemas end with the shortest value at depth 6.

    Source: https://learn.microsoft.com/azure/ai-services/openai/how-to/structured-outputs (2026-08).
    """
    root = schema if root is None else root
    if not isinstance(schema, Mapping):
        return prose(dice, 3)
    if isinstance(schema.get("$ref"), str) and depth <= 4 * _DEPTH:
        return instance(dice, _resolve(str(schema["$ref"]), root), root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if choices := _items(schema.get("enum")):
        return choices[dice.below(len(choices))]
    for word in ("anyOf", "oneOf", "allOf"):
        if options := _items(schema.get(word)):
            pick = _shortest(options) if depth >= _DEPTH else options[0]
            return instance(dice, pick, root, depth + 1)
    return _typed(dice, schema, root, depth)


def _typed(dice: Dice, schema: Mapping[str, Json], root: Json, depth: int) -> Json:
    named = schema.get("type", "object" if "properties" in schema else "string")
    name = named if isinstance(named, str) else next(iter(_items(named)), "string")
    match name:
        case "object":
            properties = schema.get("properties")
            if not isinstance(properties, Mapping):
                return {}
            return {key: instance(dice, value, root, depth + 1) for key, value in properties.items()}
        case "array":
            least = _bound(schema, "minItems", 0)
            count = least if depth >= _DEPTH else max(least, min(2, _bound(schema, "maxItems", 2)))
            return [instance(dice, schema.get("items"), root, depth + 1) for _ in range(min(count, 20))]
        case "integer" | "number":
            low = _bound(schema, "minimum", 0)
            return low + dice.below(max(1, _bound(schema, "maximum", low + 100) - low + 1))
        case "boolean":
            return dice.below(2) == 1
        case "null":
            return None
        case _:
            return prose(dice, 4)


def _items(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _shortest(options: Sequence[Json]) -> Json:
    for option in options:
        if isinstance(option, Mapping) and option.get("type") == "null":
            return option
    return options[-1]


def _bound(schema: Mapping[str, Json], name: str, default: int) -> int:
    value = schema.get(name)
    return int(value) if isinstance(value, int | float) else default


def _resolve(reference: str, root: Json) -> Json:
    node = root
    for step in reference.removeprefix("#").strip("/").split("/") if reference != "#" else ():
        step = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, Mapping) or step not in node:
            return {}
        node = node[step]
    return node
