"""Mistakes inside expressions; see `operators`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from gatewright.apim.catalog import TextContent
from gatewright.apim.document import Attribute, Expression, Text
from tests.apim.mutations.csharp import brackets, plain_code, unmatched
from tests.apim.mutations.edits import Good, Mutation, misspelt, offset

_TYPES = re.compile(
    r"(?<![\w.\"])(JObject|JArray|JProperty|JValue|Guid|DateTime|Regex|Uri|Encoding|SHA256|HMACSHA256|BitConverter"
    r"|StringComparer|StringComparison|IResponse|List)(?=[.(<>)])"
)


def unbalanced(good: Good, random_: random.Random) -> Iterator[Mutation]:
    """A bracket is missing, or one too many; at the bracket without its partner, or where another stands."""
    for holder in expressions(good):
        value = holder.value
        pairs = brackets(value)
        for at in sorted({at for pair in pairs for at in pair}):
            if at < 2 and at != 1:
                continue
            if at == 1:  # without its first bracket, it is no expression any more
                continue
            yield from _broken(good, holder, at, at + 1, "")
        closer = pairs[0][1]
        yield from _broken(good, holder, closer, closer, random_.choice("([{"))


def _broken(good: Good, holder: Attribute | Text, start: int, end: int, new: str) -> Iterator[Mutation]:
    value = holder.value[:start] + new + holder.value[end:]
    wrong = unmatched(value)
    if wrong is None:
        return
    first, last = offset(holder, start), offset(holder, end)
    if good.text[first:last] != holder.value[start:end]:
        return
    shift = len(new) - (end - start)
    places = []
    for at in wrong:
        before = at if at < start else at - shift if at >= start + len(new) else start
        place = offset(holder, before)
        places.append(place if place < first else place + shift if at >= start + len(new) else first)
    yield good.edit("unbalanced expression", first, last, new, "POL202 EXP301", *places)


def unknown_type(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for holder in expressions(good):
        for found in _TYPES.finditer(holder.value):
            start, end = offset(holder, found.start()), offset(holder, found.end())
            if plain_code(holder.value, found.start()) and good.text[start:end] == found.group():
                wrong = misspelt(found.group(), random_, frozenset())
                yield good.edit("unknown type", start, end, wrong, "EXP303", start)
        start = offset(holder, 0)
        end = offset(holder, len(holder.value) - 1) + 1
        for text in (
            "@(Newtonsoft.Helper.Create())",
            "@(new Widget())",
            "@((Widget)context.Variables[&quot;a&quot;])",
        ):
            words = ("Widget", "new Widget") if "Widget" in text else ("Newtonsoft", "Helper")
            places = [start + text.index(word) for word in words if word in text]
            yield good.edit("unknown type", start, end, text, "EXP303", *places)


def type_not_allowed(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for holder in expressions(good):
        start = offset(holder, 0)
        end = offset(holder, len(holder.value) - 1) + 1
        text = random_.choice(("@(System.IO.File.ReadAllText(context.Api.Id))", "@(Environment.MachineName)"))
        name = "System.IO.File" if "System" in text else "Environment"
        inside = tuple(start + 2 + found.start() for found in re.finditer(r"\w+", name))
        yield good.edit("type not allowed", start, end, text, "EXP308 EXP303", *inside)


def expressions(good: Good) -> Iterator[Attribute | Text]:
    for spot in good.spots:
        holders: list[Attribute | Text] = [
            item for name, item in spot.element.attributes.items() if name in spot.spec.attributes
        ]
        if spot.spec.text is not TextContent.NONE:
            holders += [child for child in spot.element.children if isinstance(child, Text)]
        for holder in holders:
            if isinstance(holder.content, Expression) and "{{" not in holder.value:
                yield holder
