"""The gate behind the writer: an independent XML parser, hardened, must accept what we wrote."""

from __future__ import annotations

from lxml import etree

from gatewright.apim import codes
from gatewright.diagnostics import Rejected, Span


def parse_hardened(text: str, file: str = "") -> etree._Element:
    """A text as lxml's tree; no entities, no network, no document types, no huge trees.

    A namespace's name may be any text that is not empty, as in .NET Core 3.1; libxml2 alone wants a URI.

    Raises:
        Rejected: POL200 not well formed, POL204 a document type.
    """
    parser = _parser()
    try:
        data = text.encode("utf-8")
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            if any(entry.type != etree.ErrorTypes.WAR_NS_URI for entry in parser.error_log):
                raise
            root = etree.fromstring(data, _parser(recover=True))  # there is nothing else to recover from
    except etree.XMLSyntaxError as fault:
        line, column = fault.position
        place = Span(file, line or 1, max(column, 1), line or 1, max(column, 1) + 1)
        raise Rejected([codes.NOT_WELL_FORMED.at(place, str(fault.msg))]) from fault
    except UnicodeEncodeError as fault:
        raise Rejected(
            [codes.FORBIDDEN_CHARACTER.at(Span(file), "half a character pair stands here")]
        ) from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise Rejected([codes.FORBIDDEN_MARKUP.at(Span(file, 1, 1, 1, 2), "document types are refused")])
    return root


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        recover=recover,
    )


def is_well_formed(text: str) -> bool:
    """Whether the hardened parser accepts a text."""
    try:
        parse_hardened(text)
    except Rejected:
        return False
    return True
