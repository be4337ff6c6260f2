"""From policy elements to prepared steps: every attribute read, every expression compiled, once at load.

A runner (`harness/policies/<element>.py`, the file name is the registration) has one function `prepare(node)`
that takes what it knows from the node; what it does not take is refused.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gatewright.apim.document.model import Attribute, Element, Section
from gatewright.apim.document.values import Content, Expression, Literal
from gatewright.apim.expressions import Program
from gatewright.apim.expressions import compile as compile_expression
from gatewright.diagnostics import Code, Diagnostic, Rejected, Span, nearest
from gatewright.harness import codes
from gatewright.harness.backends import Backends
from gatewright.harness.call import Message
from gatewright.harness.errors import Place
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Block, Step

_RUNNERS = "gatewright.harness.policies"


@dataclass(slots=True)
class Loading:
    """What every node of one gateway shares while it loads.

    Attributes:
        tier: the service tier.
        backends: to check ids against.
        without: what is switched off, of `limits` and `cache`.
        faults: what was refused so far.
    """

    tier: str
    backends: Backends
    without: frozenset[str]
    faults: list[Diagnostic] = field(default_factory=list)
    _programs: dict[str, Program | None] = field(default_factory=dict)
    _runners: dict[str, Callable[[Node], Step] | None] = field(default_factory=dict)

    def program(self, source: str, origin: Span) -> Program | None:
        """The compiled expression, one for all places with the same text; None when it is refused."""
        if source not in self._programs:
            try:
                self._programs[source] = compile_expression(source, origin=origin)
            except Rejected as fault:
                self.faults.extend(fault.diagnostics)
                self._programs[source] = None
        return self._programs[source]

    def runner(self, element: str) -> Callable[[Node], Step] | None:
        """The runner of an element, None when there is no file for it."""
        if element not in self._runners:
            self._runners[element] = _find(element)
        return self._runners[element]


def _find(element: str) -> Callable[[Node], Step] | None:
    name = element.replace("-", "_")
    if not name.isidentifier() or "_" in element or element != element.lower():
        return None
    module = f"{_RUNNERS}.{name}"
    if importlib.util.find_spec(module) is None:
        return None
    prepare: Callable[[Node], Step] = importlib.import_module(module).prepare
    return prepare


def block(elements: Sequence[Element], section: Section, loading: Loading, *, answer: bool = False) -> Block:
    """The prepared steps of a list of elements; what cannot run lands in `loading.faults`.

    Args:
        elements: policy elements in order.
        section: where they stand.
        loading: shared by the whole load.
        answer: they stand in a `return-response` and act on its answer.
    """
    steps = [_step(element, section, loading, answer) for element in elements]
    return Block(tuple(step for step in steps if step is not None))


def _step(element: Element, section: Section, loading: Loading, answer: bool) -> Step | None:
    runner = loading.runner(element.name)
    if runner is None:
        hint = "remove the element, or wait for the emulator to learn it"
        message = f"<{element.name}> is not emulated"
        loading.faults.append(codes.UNKNOWN_ELEMENT.at(element.name_span, message, hint=hint))
        return None
    node = Node(element, section, loading, answer=answer)
    step = runner(node)
    node.refuse_the_rest()
    return step


_BRANCHES = frozenset({"when", "otherwise"})
_FLAGS: Mapping[str, bool] = {"true": True, "false": False}


class Node:
    """An element while its runner prepares it.

    Each method takes an attribute or a child; faults are collected and a harmless value is given back, so
    that one load finds them all.
    """

    def __init__(self, element: Element, section: Section, loading: Loading, *, answer: bool = False) -> None:
        self.element = element
        self.section = section
        self.loading = loading
        on_request = section in (Section.INBOUND, Section.BACKEND)
        self.message: Message = "answer" if answer else "request" if on_request else "response"
        self.place = Place(
            source=element.name,
            scope=element.scope.value if element.scope else "",
            section=section.value,
            path=element.path,
            policy_id=element.get("id") or "",
        )
        self._taken = {"id"}
        self._children: set[str] | None = set()

    def fault(
        self, code: Code, message: str, *, at: Attribute | None = None, hint: str | None = None
    ) -> None:
        """Notes a fault at an attribute's value, or at the element's name."""
        self.loading.faults.append(
            code.at(at.value_span if at else self.element.name_span, message, hint=hint)
        )

    def only_in(self, *sections: Section) -> None:
        """Refuses the element in any other section."""
        if self.section not in sections:
            allowed = ", ".join(section.value for section in sections)
            message = f"<{self.element.name}> stands in {self.section.value}"
            self.fault(codes.WRONG_SECTION, message, hint=f"it runs in: {allowed}")

    def optional(self, name: str) -> Operand | None:
        """An attribute that may be an expression; None when it is absent."""
        self._taken.add(name)
        found = self.element.attributes.get(name)
        return self._operand(found.content, found.value_span) if found else None

    def operand(self, name: str) -> Operand:
        """An attribute that may be an expression and must be there."""
        found = self.optional(name)
        if found is None:
            self.fault(codes.MISSING_ATTRIBUTE, f"<{self.element.name}> needs the attribute {name}")
            return Operand("", None, self.place)
        return found

    def operand_or(self, name: str, default: str) -> Operand:
        """An attribute that may be an expression, or a default."""
        return self.optional(name) or Operand(default, None, self.place)

    def _operand(self, content: Content, span: Span) -> Operand:
        if isinstance(content, Expression):
            return Operand(None, self.loading.program(content.source, span), self.place)
        return Operand(content.text, None, self.place)

    def literal(self, name: str, default: str | None = None) -> str:
        """An attribute that may not be an expression; it must be there unless it has a default."""
        self._taken.add(name)
        found = self.element.attributes.get(name)
        if found is None:
            if default is None:
                self.fault(codes.MISSING_ATTRIBUTE, f"<{self.element.name}> needs the attribute {name}")
            return default or ""
        if not isinstance(found.content, Literal):
            hint = "API Management takes no expression in this attribute"
            self.fault(codes.BAD_VALUE, f"{name} is an expression", at=found, hint=hint)
            return default or ""
        return found.content.text

    def choice(self, name: str, values: Sequence[str], default: str) -> str:
        """An attribute with a fixed set of values."""
        text = self.literal(name, default)
        if text not in values:
            close = nearest(text, values)
            hint = f"did you mean {close}?" if close else f"one of: {', '.join(values)}"
            self.fault(
                codes.BAD_VALUE, f"{name} is {text!r}", at=self.element.attributes.get(name), hint=hint
            )
            return default
        return text

    def flag(self, name: str, default: bool) -> bool:
        """An attribute that is `true` or `false`."""
        return _FLAGS[self.choice(name, tuple(_FLAGS), "true" if default else "false")]

    def absent(self, name: str, why: str) -> None:
        """Refuses an attribute that API Management has and the emulator does not run."""
        self._taken.add(name)
        if (found := self.element.attributes.get(name)) is not None:
            self.fault(codes.UNKNOWN_ATTRIBUTE, f"{name} is not emulated", at=found, hint=why)

    def backend_id(self, name: str) -> Operand | None:
        """An attribute that names a backend; a literal is checked at once."""
        found = self.optional(name)
        if found and found.literal is not None and self.loading.backends.get(found.literal) is None:
            at = self.element.attributes[name]
            self.fault(codes.NO_BACKEND, f"there is no backend {found.literal!r}", at=at)
        return found

    def text(self) -> Operand:
        """The element's own text, literal or expression."""
        return self._operand(self.element.content, self.element.span)

    def children(self, *names: str) -> tuple[Node, ...]:
        """The child elements of these names, in order; each is to be prepared by the caller."""
        assert self._children is not None
        self._children.update(names)
        return tuple(self._child(child) for child in self.element.elements if child.name in names)

    def _child(self, element: Element) -> Node:
        """A part of this element: its faults are this element's, only branches have a path of their own."""
        node = Node(element, self.section, self.loading)
        path = element.path if element.name in _BRANCHES else self.place.path
        node.place = replace(self.place, path=path)
        return node

    def steps(self) -> Block:
        """All child elements as policy elements of the section."""
        self._children = None
        return block(self.element.elements, self.section, self.loading)

    def answer_steps(self, *names: str) -> Block:
        """Child elements of these names as policy elements that act on the answer being built."""
        assert self._children is not None
        self._children.update(names)
        known = [child for child in self.element.elements if child.name in names]
        return block(known, self.section, self.loading, answer=True)

    def refuse_the_rest(self) -> None:
        """Refuses each attribute and child that was not taken."""
        for name, attribute in self.element.attributes.items():
            if name not in self._taken:
                close = nearest(name, sorted(self._taken))
                known = f"known here: {', '.join(sorted(self._taken))}"
                hint = f"did you mean {close}?" if close else known
                message = f"<{self.element.name}> has no attribute {name} that is emulated"
                self.loading.faults.append(
                    codes.UNKNOWN_ATTRIBUTE.at(attribute.name_span, message, hint=hint)
                )
        if self._children is None:
            return
        for child in self.element.elements:
            if child.name not in self._children:
                message = f"<{child.name}> inside <{self.element.name}> is not emulated"
                self.loading.faults.append(codes.UNKNOWN_CHILD.at(child.name_span, message))
