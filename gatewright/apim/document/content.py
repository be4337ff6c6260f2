"""Whether an element stands where it may, and holds what it may: attributes, children, text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gatewright.apim import codes
from gatewright.apim.catalog import (
    ChildSpec,
    Combination,
    ContentSpec,
    Expressions,
    Gateway,
    Once,
    PolicySpec,
    Status,
    TextContent,
    find,
)
from gatewright.apim.document.csharp import begins, end_of
from gatewright.apim.document.expression_places import CheckExpression, expression_faults
from gatewright.apim.document.literals import literal_faults
from gatewright.apim.document.model import Attribute, Element, Scope, Section, Text
from gatewright.apim.document.named_values import REFERENCE
from gatewright.apim.document.names import nearest_of
from gatewright.apim.document.placeholders import is_chosen, is_open, placeholder_fault
from gatewright.apim.document.values import Expression
from gatewright.diagnostics import Diagnostic


class Statements(Protocol):
    """Where the elements stand, and the way back to checking statements."""

    scope: Scope | None
    section: Section | None
    gateway: Gateway | None
    tier: str

    def statements(
        self, elements: Iterable[Element], direct: bool = False, chosen: bool = False
    ) -> Iterator[Diagnostic]:
        """The faults of policies that stand one after another."""
        ...


class ContentChecker:
    """Checks single elements against their catalog entry."""

    def __init__(self, where: Statements, check_expression: CheckExpression | None) -> None:
        self.where, self.check_expression = where, check_expression

    def place(self, element: Element, spec: PolicySpec, count: int) -> Iterator[Diagnostic]:
        """Section, scope, gateway, and how often; `count` is how many of its name stand here so far."""
        where, span, name = self.where, element.name_span, element.name
        section = where.section
        if section and section not in spec.sections:
            yield _section_fault(element, spec, section)
        if where.scope and where.scope not in spec.scopes:
            allowed = ", ".join(item.value for item in Scope if item in spec.scopes)
            message = f"<{name}> is not allowed at {where.scope} scope"
            yield codes.WRONG_SCOPE.at(span, message, hint=f"it may stand at {allowed or 'no scope'}")
        if where.gateway and where.gateway not in spec.gateways:
            message = f"the gateway of {where.tier} does not have <{name}>"
            hint = f"it needs one of {', '.join(item for item in Gateway if item in spec.gateways)}"
            yield codes.WRONG_TIER.at(span, message, hint=hint)
        if count > 1 and spec.once is not Once.NEVER:
            yield codes.ONCE_ONLY.at(span, f"<{name}> stands here again", hint="keep one of them")
        if spec.status in (Status.UNDOCUMENTED, Status.RETIRED):
            yield codes.UNDOCUMENTED.at(span, f"<{name}> is {spec.status}", hint="do not rely on it")

    def element(self, element: Element, spec: PolicySpec) -> Iterator[Diagnostic]:
        """Attributes, children and text of a policy element."""
        yield from self.content(element, spec, True)
        if spec.max_dimensions is not None:
            yield from _dimensions(element, spec, spec.max_dimensions)

    def content(self, element: Element, spec: ContentSpec, policy: bool) -> Iterator[Diagnostic]:
        """Attributes, children and text of any element."""
        yield from self.attributes(element, spec, policy)
        yield from self.text(element, spec)
        if spec.text is TextContent.MARKUP:
            return
        yield from self.children(element, spec)
        for combination in spec.combinations:
            yield from _combination(element, combination)

    def attributes(self, element: Element, spec: ContentSpec, policy: bool) -> Iterator[Diagnostic]:
        """Known, required, and with values of their type."""
        if spec.text is TextContent.MARKUP and not spec.attributes:
            return
        for name, attribute in element.attributes.items():
            known = spec.attributes.get(name)
            if known is None:
                if not (policy and name == "id") and ":" not in name and not name.startswith("xmlns"):
                    yield _unknown_attribute(element, attribute, spec)
                continue
            yield from self.value(attribute, known.expression)
            if isinstance(attribute.content, Expression) or REFERENCE.search(attribute.value):
                continue
            faults = tuple(literal_faults(attribute, known))
            yield from (placeholder_fault(attribute),) if faults and is_open(attribute.value) else faults
        for name, known in spec.attributes.items():
            if known.required and name not in element.attributes:
                message = f'<{element.name}> needs the attribute "{name}"'
                yield codes.MISSING_ATTRIBUTE.at(element.name_span, message, hint=f'add {name}="…"')

    def value(self, holder: Attribute | Text, expressions: Expressions) -> Iterator[Diagnostic]:
        """What holds for every value: whole expressions, and only where they are allowed."""
        content = holder.content
        if isinstance(content, Expression):
            if expressions is Expressions.NO:
                span = holder.span_at(0, len(holder.value))
                message = "no policy expression is allowed here"
                yield codes.EXPRESSION_NOT_ALLOWED.at(span, message, hint="write the value itself")
            elif self.check_expression and not REFERENCE.search(content.source):
                yield from expression_faults(content, holder, self.check_expression)
        elif begins(holder.value.lstrip()):
            stripped = holder.value.strip()
            if isinstance(end_of(stripped), int):
                span = holder.span_at(0, len(holder.value))
                hint = "put everything into one expression, or it is taken as it stands"
                yield codes.MIXED_VALUE.at(span, "text stands beside the expression", hint=hint)

    def text(self, element: Element, spec: ContentSpec) -> Iterator[Diagnostic]:
        """Text only where text belongs."""
        for child in element.children:
            if not isinstance(child, Text) or not child.value.strip():
                continue
            if spec.text is TextContent.NONE and is_open(child.value):
                yield placeholder_fault(child)
                continue
            if spec.text is TextContent.NONE:
                message = f"<{element.name}> takes no text"
                yield codes.UNEXPECTED_TEXT.at(
                    child.words_span, message, hint="remove it, or make it a comment"
                )
                continue
            literal = spec.text is TextContent.LITERAL
            yield from self.value(child, Expressions.NO if literal else Expressions.YES)

    def children(self, element: Element, spec: ContentSpec) -> Iterator[Diagnostic]:
        """Known children, as often and in the order that the entry says."""
        known = {child.element: (index, child) for index, child in enumerate(spec.children)}
        counts: dict[str, int] = {}
        last, chosen = -1, is_chosen(element)
        policies: list[Element] = []
        for child in element.elements:
            found = known.get(child.name)
            if found is None:
                policies.append(child)
                continue
            index, child_spec = found
            counts[child.name] = counts.get(child.name, 0) + 1
            if child_spec.max is not None and counts[child.name] == child_spec.max + 1 and not chosen:
                message = f"<{child.name}> stands here again; <{element.name}> takes {child_spec.max}"
                yield codes.REPEATED_CHILD.at(child.name_span, message, hint="keep one of them")
            if index < last and spec.ordered and not chosen:
                order = ", ".join(f"<{item.element}>" for item in spec.children)
                message = f"<{child.name}> must stand before <{spec.children[last].element}>"
                yield codes.CHILD_ORDER.at(child.name_span, message, hint=f"the order is {order}")
            last = max(last, index)
            yield from self.child(child, child_spec)
        yield from self.other(element, policies, spec)
        if any(is_open(text.value) for text in element.texts):
            return
        for child_spec in spec.children:
            if counts.get(child_spec.element, 0) < child_spec.min:
                message = f"<{element.name}> needs <{child_spec.element}>"
                hint = f"add <{child_spec.element}>"
                yield codes.MISSING_CHILD.at(element.name_span, message, hint=hint)
            elif child_spec.asked and child_spec.element not in counts:
                message = f"the page of <{element.name}> asks for <{child_spec.element}>"
                yield codes.LEFT_OUT.at(element.name_span, message, hint=f"add <{child_spec.element}>")

    def other(self, element: Element, found: list[Element], spec: ContentSpec) -> Iterator[Diagnostic]:
        """Children that the entry does not name: policies where it takes policies, else faults."""
        if spec.policies:
            for child in found:
                if spec.only and child.name not in spec.only:
                    allowed = ", ".join(f"<{name}>" for name in spec.only)
                    message = f"<{child.name}> must not stand immediately in <{element.name}>"
                    yield codes.UNKNOWN_CHILD.at(child.name_span, message, hint=f"only {allowed} may")
            yield from self.where.statements(found, chosen=is_chosen(element))
            return
        for child in found:
            close = nearest_of(child.name, tuple(item.element for item in spec.children))
            hint = f"did you mean <{close}>?" if close else _holds(element, spec)
            message = f"<{element.name}> has no child <{child.name}>"
            yield codes.UNKNOWN_CHILD.at(child.name_span, message, hint=hint)

    def child(self, child: Element, spec: ChildSpec) -> Iterator[Diagnostic]:
        """One child element by its own entry."""
        policy = find(child.name) if spec.policy else None
        if policy:
            yield from self.element(child, policy)
        else:
            yield from self.content(child, spec, False)


def _section_fault(element: Element, spec: PolicySpec, section: Section) -> Diagnostic:
    allowed = ", ".join(item.value for item in Section if item in spec.sections)
    hint = f"it may stand in {allowed}" if allowed else "it stands in no section"
    if section in spec.unlisted:
        message = f"the page of <{element.name}> does not list <{section}>"
        return codes.UNLISTED_SECTION.at(element.name_span, message, hint=hint)
    message = f"<{element.name}> is not allowed in <{section}>"
    return codes.WRONG_SECTION.at(element.name_span, message, hint=hint)


def _holds(element: Element, spec: ContentSpec) -> str:
    if not spec.children:
        return f"<{element.name}> holds no elements"
    return f"it holds {', '.join(f'<{item.element}>' for item in spec.children)}"


def _unknown_attribute(element: Element, attribute: Attribute, spec: ContentSpec) -> Diagnostic:
    close = nearest_of(attribute.name, tuple(spec.attributes))
    hint = f'did you mean "{close}"?' if close else "remove it"
    message = f'<{element.name}> has no attribute "{attribute.name}"'
    return codes.UNKNOWN_ATTRIBUTE.at(attribute.name_span, message, hint=hint)


def _combination(element: Element, rule: Combination) -> Iterator[Diagnostic]:
    if any(element.get(name) == value for name, value in rule.unless.items()):
        return
    here = [name for name in rule.names if name in element.attributes or element.child(name)]
    words = " or ".join(f'"{name}"' for name in rule.names)
    if len(here) < rule.at_least:
        message = f"<{element.name}> needs {words}"
        yield codes.ATTRIBUTE_RULE.at(element.name_span, message, hint=f"add {rule.names[0]}")
    elif rule.at_most is not None and len(here) > rule.at_most:
        message = f"<{element.name}> takes only one of {words}"
        yield codes.ATTRIBUTE_RULE.at(element.name_span, message, hint="keep one of them")
    elif rule.together and here and len(here) < len(rule.names):
        missing = next(name for name in rule.names if name not in here)
        message = f'<{element.name}> needs "{missing}" together with "{here[0]}"'
        yield codes.ATTRIBUTE_RULE.at(element.name_span, message, hint=f"add {missing}")


def _dimensions(element: Element, spec: PolicySpec, most: int) -> Iterator[Diagnostic]:
    own = [child for child in element.named("dimension") if child.get("name") not in spec.default_dimensions]
    if len(own) > most:
        message = f"<{element.name}> has {len(own)} dimensions of its own; {most} are allowed"
        yield codes.TOO_MANY_DIMENSIONS.at(own[most].name_span, message, hint="remove the least useful ones")
    for child in own:
        name = child.attributes.get("name")
        if name and not isinstance(name.content, Expression) and "value" not in child.attributes:
            message = f'the dimension "{name.value}" needs a value'
            hint = f"only these need none: {', '.join(spec.default_dimensions)}"
            yield codes.MISSING_ATTRIBUTE.at(child.name_span, message, hint=hint)
