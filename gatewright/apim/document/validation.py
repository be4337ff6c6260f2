"""What Azure would refuse: structure, places, attributes, values. Facts come from the catalog.

Source: https://learn.microsoft.com/azure/api-management/set-edit-policies (2023-10-18) and the page that each
catalog entry names; limits, https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits
(2026-02); fragments, https://learn.microsoft.com/azure/api-management/policy-fragments (2026-02-10).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gatewright.apim import codes
from gatewright.apim.catalog import Gateway, find, names
from gatewright.apim.document.content import ContentChecker, Statements
from gatewright.apim.document.expression_places import CheckExpression
from gatewright.apim.document.model import Document, Element, Kind, Scope, Section, Text
from gatewright.apim.document.names import nearest_of
from gatewright.apim.document.placeholders import is_chosen, is_open, placeholder_fault
from gatewright.apim.document.prefixes import prefix_faults
from gatewright.diagnostics import Diagnostic

TIERS = {
    "Developer": Gateway.CLASSIC,
    "Basic": Gateway.CLASSIC,
    "Standard": Gateway.CLASSIC,
    "Premium": Gateway.CLASSIC,
    "BasicV2": Gateway.V2,
    "StandardV2": Gateway.V2,
    "PremiumV2": Gateway.V2,
    "Consumption": Gateway.CONSUMPTION,
    "self-hosted": Gateway.SELF_HOSTED,
    "workspace": Gateway.WORKSPACE,
}
"""Tier or kind of gateway → the column of the catalog that holds for it."""

_SECTIONS = tuple(section.value for section in Section)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Documented sizes in bytes of UTF-8; they have changed before.

    Attributes:
        document: a policy document.
        consumption: a policy document in the Consumption tier.
        fragment: a fragment.
        fragment_advice: what older services accept as a fragment.
    """

    document: int = 256 * 1024
    consumption: int = 16 * 1024
    fragment: int = 512 * 1024
    fragment_advice: int = 32 * 1024


_SIZES = Sizes()


def validate(
    document: Document,
    kind: Kind | str | None = None,
    scope: Scope | str | None = None,
    tier: str | None = None,
    *,
    check_expression: CheckExpression | None = None,
    sizes: Sizes = _SIZES,
) -> Iterator[Diagnostic]:
    """Everything for which Azure would refuse a document, and what reading it found.

    Args:
        document: what `scan` or `read` gave.
        kind: what it must be; None takes what it is.
        scope: where it will stand; None leaves scopes unchecked.
        tier: of the service (`StandardV2`), or `self-hosted`, `workspace`; None leaves gateways unchecked.
        check_expression: gives the faults of one expression.
        sizes: the sizes to hold.
    """
    yield from document.faults
    wanted = Kind.of(kind) if kind else document.kind
    if wanted is not document.kind and not any(fault.kind is codes.WRONG_ROOT for fault in document.faults):
        message = f"this is no {wanted.value} file"
        yield codes.WRONG_ROOT.at(document.root.name_span, message, hint=f"its root must be <{wanted.value}>")
        return
    if scope and scope not in set(Scope):
        hint = f"one of {', '.join(Scope)}"
        yield codes.WRONG_SCOPE.at(None, f'there is no scope "{scope}"', hint=hint)
        scope = None
    gateway = TIERS.get(tier) if tier else None
    if tier and gateway is None:
        yield codes.WRONG_TIER.at(None, f'there is no tier "{tier}"', hint=f"one of {', '.join(TIERS)}")
    yield from _size(document, gateway, sizes)
    yield from prefix_faults(document)
    walker = _Walker(Scope(scope) if scope else None, gateway, tier or "", wanted, check_expression)
    yield from walker.document(document)


def _size(document: Document, gateway: Gateway | None, sizes: Sizes) -> Iterator[Diagnostic]:
    if document.source is None:
        return
    size = len(document.source.text.encode("utf-8", "replace"))
    place = document.root.name_span
    fragment = document.kind is Kind.FRAGMENT
    consumption = gateway is Gateway.CONSUMPTION
    most = sizes.fragment if fragment else sizes.consumption if consumption else sizes.document
    if size > most:
        hint = "move parts into fragments" if not fragment else "make two fragments of it"
        message = f"the text has {size} bytes; {most} are accepted"
        yield codes.TOO_LARGE.at(place, message, hint=hint)
    elif fragment and size > sizes.fragment_advice:
        message = f"the fragment has {size} bytes; older services accept {sizes.fragment_advice}"
        yield codes.SIZE_ADVICE.at(place, message, hint="make two fragments of it")


class _Walker(Statements):
    """Goes over a document; knows where it stands."""

    def __init__(
        self,
        scope: Scope | None,
        gateway: Gateway | None,
        tier: str,
        kind: Kind,
        check_expression: CheckExpression | None,
    ) -> None:
        self.scope, self.gateway, self.tier, self.kind = scope, gateway, tier, kind
        self.section: Section | None = None
        self.checker = ContentChecker(self, check_expression)

    def document(self, document: Document) -> Iterator[Diagnostic]:
        root = document.root
        if self.kind is not Kind.POLICIES:
            yield from self.texts(root)
            yield from self.statements(root.elements, self.kind is Kind.SNIPPET, is_chosen(root))
            return
        yield from self.texts(root)
        seen: set[str] = set()
        for child in root.elements:
            yield from self.section_rules(child, seen)
            if child.name in _SECTIONS:
                self.section = Section(child.name)
                yield from self.texts(child)
                yield from self.statements(child.elements, True, is_chosen(child))

    def section_rules(self, element: Element, seen: set[str]) -> Iterator[Diagnostic]:
        name = element.name
        if name not in _SECTIONS:
            close = nearest_of(name, _SECTIONS)
            message = f"<{name}> is none of the four sections"
            hint = f"did you mean <{close}>?" if close else "put it into a section"
            yield codes.BAD_SECTION.at(element.name_span, message, hint=hint)
        elif name in seen:
            message = f"the section <{name}> stands here again"
            yield codes.BAD_SECTION.at(element.name_span, message, hint="join the two")
        seen.add(name)
        if name == Section.BACKEND and len(element.elements) > 1 and not is_chosen(element):
            message = f"the backend section holds {len(element.elements)} elements; it may hold one"
            hint = "wrap them, for example in <retry>, or move all but one to <inbound>"
            yield codes.BACKEND_SECTION.at(element.elements[1].name_span, message, hint=hint)

    def texts(self, element: Element) -> Iterator[Diagnostic]:
        for child in element.children:
            if not isinstance(child, Text) or not child.value.strip():
                continue
            if is_open(child.value):
                yield placeholder_fault(child)
            else:
                message = "text stands between policies"
                yield codes.UNEXPECTED_TEXT.at(
                    child.words_span, message, hint="remove it, or make it a comment"
                )

    def statements(
        self, elements: Iterable[Element], direct: bool = False, chosen: bool = False
    ) -> Iterator[Diagnostic]:
        """Policies one after another; `direct` where they stand immediately in a section.

        Where a directive of another tool has `chosen` among them, none is said to stand there twice.
        """
        seen: dict[str, int] = {}
        for element in elements:
            seen[element.name] = seen.get(element.name, 0) + 1
            spec = find(element.name)
            if spec is None:
                yield self.unknown(element)
                continue
            if self.kind is Kind.FRAGMENT and element.name in ("base", "include-fragment"):
                message = f"a fragment must not hold <{element.name}>"
                hint = "put it into the document that includes the fragment"
                yield codes.FRAGMENT_CONTENT.at(element.name_span, message, hint=hint)
            elif element.name == "base" and not direct:
                message = "<base /> stands directly in a section, and nowhere else"
                yield codes.NESTED_BASE.at(element.name_span, message, hint="move it out")
            else:
                yield from self.checker.place(element, spec, 1 if chosen else seen[element.name])
            yield from self.checker.element(element, spec)

    def unknown(self, element: Element) -> Diagnostic:
        name = element.name
        if name in _SECTIONS or name in ("policies", "fragment"):
            code = codes.FRAGMENT_CONTENT if self.kind is Kind.FRAGMENT else codes.NO_PLACE
            return code.at(element.name_span, f"<{name}> must not stand here", hint="remove it")
        close = nearest_of(name, tuple(sorted(names())))
        hint = f"did you mean <{close}>?" if close else "check its spelling"
        return codes.UNKNOWN_ELEMENT.at(element.name_span, f"there is no policy <{name}>", hint=hint)
