from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewright.apim.document import (
    Attribute,
    Comment,
    Document,
    Element,
    Kind,
    Text,
    is_well_formed,
    parse_hardened,
    read,
    write,
)
from gatewright.apim.document.csharp import end_of
from gatewright.diagnostics import Rejected

NAMES = st.from_regex(r"[a-z][a-z-]{0,8}[a-z]", fullmatch=True).filter(
    lambda name: name not in ("policies", "fragment", "set-body")
)
_CHARS = st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff").filter(
    lambda char: char >= " " or char in "\n\t"
)
LITERALS = st.text(_CHARS, max_size=20).filter(lambda text: not text.strip().startswith("@"))

_CODE = st.text("abc.=&<>|+-;: \n", max_size=8).filter(lambda text: "//" not in text)
_STRINGS = st.sampled_from(
    [
        '"plain"',
        '"a \\" b"',
        '"&quot; &amp; <b>"',
        '@"verb""atim\\"',
        "'\"'",
        "'\\''",
        '$"{a["x"]:N2} {{}} )"',
        '$@"{b} "" \\"',
        "/* ) */",
        "// ) }\n",
        "{{named}}",
        '"{{named}}"',
    ]
)


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bracketed = st.tuples(st.sampled_from(["()", "[]", "{}"]), inner).map(lambda p: p[0][0] + p[1] + p[0][1])
    return st.lists(st.one_of(inner, bracketed), max_size=3).map("".join)


CSHARP = st.recursive(st.one_of(_CODE, _STRINGS), _nested, max_leaves=8)
EXPRESSIONS = st.one_of(
    CSHARP.map(lambda code: f"@({code})"), CSHARP.map(lambda code: "@{" + code + "}")
).filter(lambda source: end_of(source) == len(source))
VALUES = st.one_of(LITERALS, EXPRESSIONS)

_COMMENTS = st.text("abc \n&<", max_size=12).map(Comment)
_ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=3).map(
    lambda items: {name: Attribute.of(name, value) for name, value in items.items()}
)
_TEXTS = VALUES.filter(bool).map(Text.of)


def _elements(children: st.SearchStrategy[Element]) -> st.SearchStrategy[Element]:
    nodes = st.lists(st.one_of(children, _COMMENTS), max_size=4).map(tuple)
    mixed = st.tuples(st.one_of(children, _COMMENTS), LITERALS.filter(str.strip).map(Text.of), children)
    content = st.one_of(nodes, _TEXTS.map(lambda text: (text,)), mixed)
    return st.builds(
        lambda name, attributes, inner: Element(name, attributes, inner), NAMES, _ATTRIBUTES, content
    )


ELEMENTS = st.recursive(st.builds(Element, NAMES, _ATTRIBUTES), _elements, max_leaves=6)


def documents() -> st.SearchStrategy[Document]:
    """Whole documents and fragments."""
    return st.builds(
        lambda kind, inner, before: Document(kind, Element(kind.value, {}, tuple(inner)), tuple(before)),
        st.sampled_from([Kind.POLICIES, Kind.FRAGMENT]),
        st.lists(st.one_of(ELEMENTS, _COMMENTS), max_size=4),
        st.lists(_COMMENTS, max_size=2),
    )


_RELAXED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_RELAXED
@given(documents())
def test_reading_what_was_written_gives_the_same_document(document: Document) -> None:
    text = write(document)
    again = read(text, "written.xml")
    assert again == document
    assert write(again) == text


@_RELAXED
@given(documents())
def test_an_independent_parser_reads_the_same_values(document: Document) -> None:
    root = parse_hardened(write(document))
    ours = list(document.root.walk())
    theirs = [node for node in root.iter() if isinstance(node.tag, str)]
    assert [element.name for element in ours] == [node.tag for node in theirs]
    for element, node in zip(ours, theirs, strict=True):
        assert [(name, item.value) for name, item in element.attributes.items()] == node.items()


def _fragment(*children: Element) -> Document:
    return Document(Kind.FRAGMENT, Element("fragment", {}, children))


def test_csharp_with_double_quotes_stands_in_single_quotes() -> None:
    value = '@(context.Variables["a"] != null && 1 < 2)'
    element = Element("set-variable", {"value": Attribute.of("value", value)})
    assert """value='@(context.Variables["a"] != null &amp;&amp; 1 &lt; 2)'""" in write(_fragment(element))


def test_a_block_stands_as_text_with_its_lines_unchanged() -> None:
    block = '@{\n\tvar a = 1; // <b>\n  return a > 0 ? "x" : "y";\n}'
    text = write(_fragment(Element("set-body", {}, (Text.of(block),))))
    assert "    <set-body>@{\n\tvar a = 1; // &lt;b&gt;\n" in text
    assert read(text, "f").root.elements[0].text == block


def test_line_ends_inside_an_attribute_survive_an_xml_parser() -> None:
    value = "@{\n  // a\n\treturn 1;\n}"
    text = write(_fragment(Element("set-variable", {"value": Attribute.of("value", value)})))
    assert parse_hardened(text)[0].get("value") == value


def test_white_space_that_is_a_value_is_kept() -> None:
    document = _fragment(Element("value", {}, (Text.of(" "),)))
    assert "<value>&#32;</value>" in write(document)
    assert read(write(document), "f") == document


def test_markup_inside_set_body_keeps_its_layout() -> None:
    text = "<fragment>\n    <set-body><a> <b>x</b>\n</a></set-body>\n</fragment>\n"
    assert write(read(text, "f")) == text


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (_fragment(Element("a", {"b": Attribute.of("b", "\x01")})), "POL205"),
        (_fragment(Element("a", {}, (Text.of("\ud800"),))), "POL205"),
        (_fragment(Element("a", {}, (Comment("a -- b"),))), "POL200"),
        (Document(Kind.FRAGMENT, Element("fragment"), (Comment("-"),)), "POL200"),
    ],
)
def test_what_xml_cannot_hold_is_refused(document: Document, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        write(document)
    assert [fault.code for fault in caught.value.diagnostics] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "<a>",
        "<a b=1/>",
        '<a b="<"/>',
        "<a>&x;</a>",
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        "<!DOCTYPE a><a/>",
        "\ud800",
        '<a xmlns:b=""/>',
        "<b:a/>",
        '<a xmlns:b="a b"><c></a>',
        '<!DOCTYPE a><a xmlns:b="a b"/>',
    ],
)
def test_the_gate_refuses(text: str) -> None:
    assert not is_well_formed(text)


def test_text_that_begins_like_a_byte_order_mark_stays_text() -> None:
    document = read("<?xml version='1.0'?>\ufeff", "x.xml")
    assert write(document) == "&#65279;"
    assert read(write(document), "x.xml") == document


@pytest.mark.parametrize("name", [">http://a", "a b", "%zz", "{{n}}", "é"])
def test_the_gate_takes_any_name_of_a_namespace_as_dotnet_does(name: str) -> None:
    assert parse_hardened(f'<a xmlns:b="{name}"><b:c/></a>')[0].tag == f"{{{name}}}c"


def test_the_gate_names_the_place() -> None:
    with pytest.raises(Rejected) as caught:
        parse_hardened("<a>\n<b></a>", "x.xml")
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert (span.file, span.line) == ("x.xml", 2)
