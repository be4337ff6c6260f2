"""What a policy names and does not hold: fragments, named values, backends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatewright.apim import codes
from gatewright.apim.document.model import Attribute, Document, Element, Text
from gatewright.apim.document.named_values import references
from gatewright.apim.document.names import nearest_of
from gatewright.apim.document.values import Expression
from gatewright.diagnostics import Code, Diagnostic

BACKENDS = {
    "azure-openai-semantic-cache-lookup": "embeddings-backend-id",
    "llm-content-safety": "backend-id",
    "llm-semantic-cache-lookup": "embeddings-backend-id",
    "set-backend-service": "backend-id",
}
"""Element → the attribute that names a backend."""


@dataclass(frozen=True, slots=True)
class Known:
    """What exists where a policy will stand.

    Attributes:
        fragments: ids.
        named_values: display names.
        backends: ids.
    """

    fragments: frozenset[str]
    named_values: frozenset[str]
    backends: frozenset[str]


def reference_faults(document: Document, known: Known) -> Iterator[Diagnostic]:
    """Names that nothing has. Names that an expression or a named value makes are not looked at."""
    yield from _element(document.root, known, False)


def _element(element: Element, known: Known, liquid: bool) -> Iterator[Diagnostic]:
    liquid = liquid or (element.name == "set-body" and (element.get("template") or "").casefold() == "liquid")
    wanted = element.attributes.get(BACKENDS.get(element.name, ""))
    if wanted:
        yield from _one(wanted, known.backends, codes.UNKNOWN_BACKEND, "backend")
    if element.name == "include-fragment" and (fragment := element.attributes.get("fragment-id")):
        yield from _one(fragment, known.fragments, codes.UNKNOWN_FRAGMENT, "fragment")
    for attribute in element.attributes.values():
        yield from _named_values(attribute, known)
    for child in element.children:
        if isinstance(child, Element):
            yield from _element(child, known, liquid)
        elif isinstance(child, Text) and not liquid:
            yield from _named_values(child, known)


def _one(attribute: Attribute, names: frozenset[str], code: Code, kind: str) -> Iterator[Diagnostic]:
    name = attribute.value.strip()
    if name in names or isinstance(attribute.content, Expression) or "{{" in name or not name:
        return
    yield code.at(attribute.value_span, f'there is no {kind} "{name}"', hint=_hint(name, names, kind))


def _named_values(holder: Attribute | Text, known: Known) -> Iterator[Diagnostic]:
    for name, start, end in references(holder.value):
        if name not in known.named_values:
            hint = _hint(name, known.named_values, "named value")
            message = f'there is no named value "{name}"'
            yield codes.UNKNOWN_NAMED_VALUE.at(holder.span_at(start, end), message, hint=hint)


def _hint(name: str, names: frozenset[str], kind: str) -> str:
    close = nearest_of(name, tuple(sorted(names)))
    return f'did you mean "{close}"?' if close else f"add the {kind} to the bundle, or remove it here"
