"""What really runs: scopes joined at `<base />`, fragments spliced in, named values filled in.

Sources, all under https://learn.microsoft.com/azure/api-management/: scopes and `<base />`,
set-edit-policies (2023-10-18); fragments, policy-fragments (2026-02-10); named values,
api-management-howto-properties (2024-07-11).
A section that a document lacks is empty: only `<base />` inherits (our reading; the pages are silent).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gatewright.apim import codes
from gatewright.apim.document.model import Document, Element, Kind, Node, Scope, Section, Text
from gatewright.apim.document.named_values import substitute_attribute, substitute_text
from gatewright.apim.document.reader import read
from gatewright.diagnostics import Diagnostic, Rejected, nearest

DEFAULT_GLOBAL = """<policies>
    <inbound />
    <backend>
        <forward-request />
    </backend>
    <outbound />
    <on-error />
</policies>
"""
"""What stands at global scope while nobody has changed it."""


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """The statements of one request's pipeline: no `<base />`, no fragment, no named value is left in them.

    Every element keeps its place in the file it was written in, its scope, its path, and its fragment.
    """

    inbound: tuple[Element, ...] = ()
    backend: tuple[Element, ...] = ()
    outbound: tuple[Element, ...] = ()
    on_error: tuple[Element, ...] = ()

    def section(self, section: Section) -> tuple[Element, ...]:
        """The statements of a section."""
        match section:
            case Section.INBOUND:
                return self.inbound
            case Section.BACKEND:
                return self.backend
            case Section.OUTBOUND:
                return self.outbound
            case Section.ON_ERROR:
                return self.on_error


def compose(
    scopes: Sequence[tuple[Scope, Document]],
    fragments: Mapping[str, Document] | None = None,
    named_values: Mapping[str, str] | None = None,
) -> EffectivePolicy:
    """The policy that is in effect where these documents meet.

    Args:
        scopes: at most one document a scope, in any order; `DEFAULT_GLOBAL` where none is at global scope.
        fragments: by fragment id.
        named_values: text by display name; values are not searched for named values again.

    Raises:
        Rejected: POL202, POL240–POL243, every fault that was found.
    """
    order = list(Scope)
    documents = dict(scopes)
    if Scope.GLOBAL not in documents:
        documents[Scope.GLOBAL] = read(DEFAULT_GLOBAL, "default global policy")
    chain = sorted(documents.items(), key=lambda item: order.index(item[0]))
    composer = _Composer(chain, fragments or {}, named_values or {})
    result = {section: composer.section(section, len(chain) - 1) for section in Section}
    if composer.faults:
        raise Rejected(dict.fromkeys(composer.faults))
    return EffectivePolicy(
        result[Section.INBOUND],
        result[Section.BACKEND],
        result[Section.OUTBOUND],
        result[Section.ON_ERROR],
    )


@dataclass(frozen=True, slots=True)
class _At:
    """Where a node is being placed."""

    scope: Scope
    path: str = ""
    fragment: str | None = None
    template: bool = False


class _Composer:
    def __init__(
        self,
        chain: list[tuple[Scope, Document]],
        fragments: Mapping[str, Document],
        named_values: Mapping[str, str],
    ) -> None:
        self.chain, self.fragments, self.named_values = chain, fragments, named_values
        self.faults: list[Diagnostic] = []

    def section(self, section: Section, index: int) -> tuple[Element, ...]:
        """A section of the scope at an index of the chain, with what it inherits."""
        if index < 0:
            return ()
        scope, document = self.chain[index]
        element = document.section(section)
        if element is None:
            return ()
        out: list[Element] = []
        counts: dict[str, int] = {}
        for child in element.elements:
            if child.name == "base":
                out.extend(self.section(section, index - 1))
            else:
                out.extend(self.placed(child, _At(scope), counts))
        return tuple(out)

    def placed(self, element: Element, at: _At, counts: dict[str, int]) -> Iterable[Element]:
        """An element as it runs: itself, or what its fragment holds."""
        if element.name == "base":
            message = "<base /> stands directly in a section, and nowhere else"
            self.faults.append(codes.NESTED_BASE.at(element.name_span, message, hint="move it out"))
            return
        if element.name == "include-fragment":
            yield from self.included(element, at, counts)
            return
        counts[element.name] = counts.get(element.name, 0) + 1
        step = f"{element.name}[{counts[element.name]}]"
        path = f"{at.path}\\{step}" if at.path else step
        yield self.element(element, replace(at, path=path))

    def element(self, element: Element, at: _At) -> Element:
        template = element.name == "set-body" and (element.get("template") or "").casefold() == "liquid"
        inner = replace(at, template=at.template or template)
        attributes = {
            name: substitute_attribute(item, self.named_values, self.faults)
            for name, item in element.attributes.items()
        }
        children = tuple(self.children(element.children, inner))
        return replace(
            element,
            attributes=attributes,
            children=children,
            scope=at.scope,
            path=at.path,
            fragment=at.fragment,
        )

    def children(self, children: tuple[Node, ...], at: _At) -> Iterable[Node]:
        counts: dict[str, int] = {}
        for child in children:
            if isinstance(child, Element):
                yield from self.placed(child, at, counts)
            elif isinstance(child, Text):
                yield substitute_text(child, self.named_values, self.faults, lenient=at.template)

    def included(self, element: Element, at: _At, counts: dict[str, int]) -> Iterable[Element]:
        attribute = element.attributes.get("fragment-id")
        if attribute is None:
            hint = 'write fragment-id="…"'
            self.faults.append(
                codes.MISSING_ATTRIBUTE.at(element.name_span, "include-fragment needs fragment-id", hint=hint)
            )
            return
        if at.fragment is not None:
            message = f'fragment "{at.fragment}" includes another fragment'
            hint = "a fragment holds no include-fragment; include both in the document"
            self.faults.append(codes.FRAGMENT_CONTENT.at(element.name_span, message, hint=hint))
            return
        name = substitute_attribute(attribute, self.named_values, self.faults).value
        document = self.fragments.get(name)
        if document is None:
            close = nearest(name, self.fragments)
            hint = f'did you mean "{close}"?' if close else "add the fragment, or remove the element"
            self.faults.append(
                codes.UNKNOWN_FRAGMENT.at(attribute.value_span, f'there is no fragment "{name}"', hint=hint)
            )
            return
        if document.kind is Kind.POLICIES:
            message = f'fragment "{name}" is a whole document with sections'
            self.faults.append(
                codes.FRAGMENT_CONTENT.at(
                    document.root.name_span, message, hint="its root must be <fragment>"
                )
            )
            return
        inside = replace(at, fragment=name)
        for child in document.root.elements:
            yield from self.placed(child, inside, counts)
