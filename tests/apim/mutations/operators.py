"""Each operator makes one kind of mistake wherever a document allows it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from gatewright.apim.catalog import Expressions, Once, PolicySpec, TextContent, ValueType, names
from gatewright.apim.document import Attribute, Expression, Section, Text
from tests.apim.mutations.edits import Good, Mutation, Spot, child_spec, misspelt, offset
from tests.apim.mutations.expression_operators import type_not_allowed, unbalanced, unknown_type

Operator = Callable[[Good, random.Random], Iterator[Mutation]]


def misspelt_element(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        name = spot.element.name
        wrong = misspelt(
            name, random_, names() | {c.element for c in (spot.holder.children if spot.holder else ())}
        )
        whole = good.slice(spot)
        new = "<" + wrong + whole[1 + len(name) :]
        new = re.sub(rf"</{re.escape(name)}(\s*)>$", rf"</{wrong}\1>", new)
        holds_policies = spot.holder is None or spot.holder.policies
        code = "POL210" if holds_policies else "POL233"
        yield good.edit("misspelt element", spot.start, spot.end, new, code, spot.name_at)


def misspelt_section(good: Good, random_: random.Random) -> Iterator[Mutation]:
    known = frozenset(item.value for item in Section) | names()
    for section in good.document.root.elements if good.document.root.name == "policies" else ():
        assert section.place
        whole = good.text[section.place.start : section.place.end]
        wrong = misspelt(section.name, random_, known)
        new = whole.replace(f"<{section.name}", f"<{wrong}", 1)
        new = re.sub(rf"</{section.name}(\s*)>$", rf"</{wrong}\1>", new)
        start = section.place.start
        yield good.edit("misspelt section", start, section.place.end, new, "POL224", start + 1)


def misspelt_attribute(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot, attribute in _attributes(good):
        if attribute.name not in spot.spec.attributes:
            continue
        wrong = misspelt(attribute.name, random_, frozenset(spot.spec.attributes) | {"id"})
        assert attribute.place
        at = attribute.place.start
        yield good.edit("misspelt attribute", at, at + len(attribute.name), wrong, "POL211", at)


def wrong_section(good: Good, random_: random.Random) -> Iterator[Mutation]:
    root = good.document.root
    if root.name != "policies":
        return
    for spot in good.spots:
        spec = spot.spec
        if not isinstance(spec, PolicySpec) or spot.parent.name not in set(Section):
            continue
        for target in root.elements:
            section = Section(target.name)
            if section in spec.sections or section in spec.unlisted or not target.children:
                continue
            assert target.tag
            into = good.text.index(">", target.tag.end) + 1
            piece = good.slice(spot)
            if into <= spot.start:
                text = good.text[:into] + piece + good.text[into : spot.start] + good.text[spot.end :]
                at = into + 1
            else:
                text = good.text[: spot.start] + good.text[spot.end : into] + piece + good.text[into:]
                at = into - len(piece) + 1
            yield Mutation("wrong section", good.name, text, frozenset({"POL220"}), (at,))


def dropped_attribute(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot, attribute in _attributes(good):
        known = spot.spec.attributes.get(attribute.name)
        if known and known.required:
            assert attribute.place
            start, end = attribute.place.start, attribute.place.end
            yield good.edit("dropped attribute", start, end, "", "POL212", spot.name_at)


def bad_word(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot, attribute in _literals(good):
        known = spot.spec.attributes[attribute.name]
        if known.type is ValueType.ENUM:
            wrong = misspelt(attribute.value, random_, frozenset(v.casefold() for v in known.values))
            if wrong.casefold() not in {value.casefold() for value in known.values}:
                yield _value(good, "bad word", attribute, wrong, "POL215")


def bad_literal(good: Good, random_: random.Random) -> Iterator[Mutation]:
    wrong = {
        ValueType.BOOLEAN: ("yes", "1", "ture", "on"),
        ValueType.INTEGER: ("ten", "1.5", "60s", "1 000"),
        ValueType.NUMBER: ("many", "1,5", "0.05.1"),
        ValueType.DATETIME: ("soon", "2026-13-01"),
    }
    for spot, attribute in _literals(good):
        for text in wrong.get(spot.spec.attributes[attribute.name].type, ()):
            yield _value(good, "bad literal", attribute, text, "POL213")


def out_of_range(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot, attribute in _literals(good):
        known = spot.spec.attributes[attribute.name]
        if known.minimum is not None:
            yield _value(good, "out of range", attribute, f"{known.minimum - 1:.0f}", "POL214")
        if known.maximum is not None:
            yield _value(good, "out of range", attribute, f"{known.maximum + 1:.0f}", "POL214")


def expression_where_none_is_allowed(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot, attribute in _literals(good):
        if spot.spec.attributes[attribute.name].expression is Expressions.NO:
            yield _value(good, "expression not allowed", attribute, "@(context.Api.Id)", "POL216")


def doubled_attribute(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for _, attribute in _attributes(good):
        assert attribute.place
        end = attribute.place.end
        piece = good.text[attribute.place.start : end]
        yield good.edit("doubled attribute", end, end, f" {piece}", "POL203", end + 1)


def doubled_element(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        child = child_spec(spot)
        once = isinstance(spot.spec, PolicySpec) and spot.spec.once is not Once.NEVER and not child
        if once or (
            child and child.max is not None and len(spot.parent.named(spot.element.name)) == child.max
        ):
            code = "POL223" if once else "POL231"
            same = spot.parent.named(spot.element.name)
            if same[-1] is spot.element:
                piece = good.slice(spot)
                yield good.edit("doubled element", spot.end, spot.end, piece, code, spot.end + 1)


def doubled_section(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for section in good.document.root.elements if good.document.root.name == "policies" else ():
        assert section.place
        start, end = section.place.start, section.place.end
        yield good.edit("doubled section", end, end, good.text[start:end], "POL224", end + 1)


def wrong_order(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        if not spot.spec.ordered or spot.spec.text is TextContent.MARKUP:
            continue
        order = [child.element for child in spot.spec.children]
        children = [child for child in spot.element.elements if child.name in order]
        for first, second in pairwise(children):
            if order.index(first.name) < order.index(second.name) and first.place and second.place:
                a = good.text[first.place.start : first.place.end]
                b = good.text[second.place.start : second.place.end]
                between = good.text[first.place.end : second.place.start]
                start, end = first.place.start, second.place.end
                at = start + len(b) + len(between) + 1
                yield good.edit("wrong order", start, end, b + between + a, "POL232", at)


def dropped_child(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        child = child_spec(spot)
        if child and child.min and len(spot.parent.named(child.element)) == child.min:
            assert spot.parent.tag
            yield good.edit("dropped child", spot.start, spot.end, "", "POL230", spot.parent.tag.start)


def unknown_child(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        spec = spot.spec
        if spec.policies or spec.text is not TextContent.NONE or not spot.element.elements:
            continue
        first = spot.element.elements[0]
        assert first.place
        at = first.place.start
        yield good.edit("unknown child", at, at, "<entry />", "POL233", at + 1)


def text_between(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        if spot.spec.text is TextContent.NONE and spot.element.elements:
            first = spot.element.elements[0]
            assert first.place
            at = first.place.start
            yield good.edit("text between", at, at, "and ", "POL218", at)


def not_closed(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        tail = re.search(r"</[^<>]*>$", good.slice(spot))
        if tail and not any(isinstance(item, Text) for item in spot.element.children):
            yield good.edit("not closed", spot.start + tail.start(), spot.end, "", "POL201", spot.name_at)


def bare_ampersand(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for _, attribute in _attributes(good):
        if not isinstance(attribute.content, Expression):
            at = offset(attribute, 0)
            yield good.edit("bare ampersand", at, at, "a & b", "POL200", at + 2)


def too_many_dimensions(good: Good, random_: random.Random) -> Iterator[Mutation]:
    for spot in good.spots:
        spec = spot.spec
        if not isinstance(spec, PolicySpec) or spec.max_dimensions is None or not spot.element.elements:
            continue
        last = spot.element.elements[-1]
        assert last.place
        own = sum(
            child.get("name") not in spec.default_dimensions for child in spot.element.named("dimension")
        )
        more = spec.max_dimensions + 1 - own
        pieces = [f'<dimension name="own-{number}" value="x" />' for number in range(more)]
        at = last.place.end
        place = at + sum(len(piece) for piece in pieces[:-1]) + 1
        yield good.edit("too many dimensions", at, at, "".join(pieces), "POL234", place)


def nested_base(good: Good, random_: random.Random) -> Iterator[Mutation]:
    if good.document.root.name != "policies":
        return
    for spot in good.spots:
        if spot.spec.policies and not spot.spec.only and spot.element.elements:
            first = spot.element.elements[0]
            assert first.place
            at = first.place.start
            yield good.edit("nested base", at, at, "<base />", "POL243", at + 1)


def second_in_backend(good: Good, random_: random.Random) -> Iterator[Mutation]:
    backend = good.document.root.child("backend")
    if backend and len(backend.elements) == 1:
        place = backend.elements[0].place
        assert place
        yield good.edit(
            "second in backend",
            place.end,
            place.end,
            "<trace source='a'><message>b</message></trace>",
            "POL225",
            place.end + 1,
        )


OPERATORS: tuple[Operator, ...] = (
    misspelt_element,
    misspelt_section,
    misspelt_attribute,
    wrong_section,
    dropped_attribute,
    bad_word,
    bad_literal,
    out_of_range,
    expression_where_none_is_allowed,
    doubled_attribute,
    doubled_element,
    doubled_section,
    wrong_order,
    dropped_child,
    unknown_child,
    text_between,
    not_closed,
    bare_ampersand,
    unbalanced,
    unknown_type,
    type_not_allowed,
    too_many_dimensions,
    nested_base,
    second_in_backend,
)


def _attributes(good: Good) -> Iterator[tuple[Spot, Attribute]]:
    for spot in good.spots:
        for attribute in spot.element.attributes.values():
            yield spot, attribute


def _literals(good: Good) -> Iterator[tuple[Spot, Attribute]]:
    for spot, attribute in _attributes(good):
        plain = not isinstance(attribute.content, Expression) and "{{" not in attribute.value
        if plain and attribute.value and attribute.name in spot.spec.attributes:
            yield spot, attribute


def _value(good: Good, operator: str, attribute: Attribute, new: str, code: str) -> Mutation:
    start = offset(attribute, 0)
    assert attribute.place
    return good.edit(operator, start, attribute.place.end - 1, new, code, start)
