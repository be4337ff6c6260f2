"""Prefixes of names: each must be declared where it is used, or on an element around it, and not as nothing.

Source: Namespaces in XML 1.0, sections 2.2 and 5, https://www.w3.org/TR/xml-names/ (2009-12-08).
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.apim import codes
from gatewright.apim.document.model import Document, Element
from gatewright.diagnostics import Diagnostic, Span

_ALWAYS = frozenset({"xml", "xmlns"})
_USUAL = {
    "msxsl": "urn:schemas-microsoft-com:xslt",
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "soapenv": "http://schemas.xmlsoap.org/soap/envelope/",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsl": "http://www.w3.org/1999/XSL/Transform",
}


def prefix_faults(document: Document) -> Iterator[Diagnostic]:
    """Prefixes that nothing declares, once for each, at its first use; and declarations without a name."""
    told: set[str] = set()
    waiting: list[tuple[Element, frozenset[str]]] = [(document.root, _ALWAYS)]
    while waiting:
        element, known = waiting.pop()
        if ":" in element.name or ":" in "".join(element.attributes):
            yield from _undeclaring(element)
            known |= {name[6:] for name in element.attributes if name.startswith("xmlns:")}
            for prefix, place in _used(element):
                if prefix not in known | told:
                    told.add(prefix)
                    uri = _USUAL.get(prefix, "…")
                    hint = f'write xmlns:{prefix}="{uri}" on the element'
                    yield codes.NOT_WELL_FORMED.at(
                        place, f'nothing declares the prefix "{prefix}"', hint=hint
                    )
        waiting += [(child, known) for child in reversed(element.elements)]


def _undeclaring(element: Element) -> Iterator[Diagnostic]:
    for name, attribute in element.attributes.items():
        if name.startswith("xmlns:") and not attribute.value:
            hint = f"name a namespace, or leave {name} out"
            yield codes.NOT_WELL_FORMED.at(attribute.name_span, f"{name} names no namespace", hint=hint)


def _used(element: Element) -> Iterator[tuple[str, Span]]:
    if ":" in element.name:
        yield element.name.partition(":")[0], element.name_span
    for name, attribute in element.attributes.items():
        if ":" in name:
            yield name.partition(":")[0], attribute.name_span
