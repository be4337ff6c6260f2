from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.apim.document import Element, Expression, Kind, Limits, Literal, parse_policy, read, scan
from gatewright.diagnostics import Rejected, Span


def _first(text: str) -> Element:
    return read(text, "x.xml").root.elements[0]


RAW = '@(context.Variables.GetValueOrDefault<string>("a", "") == "<b>" && true)'
ENCODED = RAW.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
SPELLINGS = {
    "raw in double quotes": f'<f value="{RAW}"/>',
    "raw in single quotes": f"<f value='{RAW}'/>",
    "references in double quotes": f'<f value="{ENCODED}"/>',
    "references in single quotes": f"<f value='{ENCODED}'/>",
    "numeric references": f'<f value="{ENCODED.replace("&quot;", "&#34;").replace("&lt;", "&#x3c;")}"/>',
    "white space around": f'<f value=" {RAW}\n"/>',
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_an_attribute_gives_the_same_csharp_however_it_is_spelt(text: str) -> None:
    attribute = _first(f"<fragment>{text}</fragment>").attributes["value"]
    assert attribute.value == RAW
    assert attribute.content == Expression(RAW)


BLOCK = '@{\n  var a = b < 1 && c > "</set-body>".Length; // <x>\n  return $"{a}";\n}'
TEXTS = {
    "raw": BLOCK,
    "references": BLOCK.replace("&", "&amp;").replace("<", "&lt;"),
    "cdata": f"<![CDATA[{BLOCK}]]>",
    "layout around": f"\n    {BLOCK}\n  ",
    "layout around cdata": f"\n <![CDATA[ {BLOCK} ]]>\n",
    "a comment before": f"<!-- why -->\n{BLOCK}",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_text_gives_the_same_csharp_however_it_is_spelt(text: str, newline: str) -> None:
    source = f"<fragment><set-body>{text}</set-body></fragment>".replace("\n", newline)
    element = _first(source)
    assert element.text == BLOCK
    assert element.content == Expression(BLOCK)


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_character_of_an_expression_has_its_place(text: str) -> None:
    line = f"<fragment>{text}</fragment>"
    attribute = _first(line).attributes["value"]
    for word in ("GetValueOrDefault", "string", "b>", "true"):
        offset = attribute.value.index(word)
        span = attribute.span_at(offset, offset + len(word))
        start = line.split("\n")[span.line - 1][span.column - 1 :]
        assert start.startswith(word[0])
        assert span.line == 1


def test_places_in_cdata_with_windows_line_ends() -> None:
    text = (
        "<fragment>\r\n<set-body><![CDATA[@{\r\n  var a = 1;\r\n  return bad;\r\n}]]></set-body></fragment>"
    )
    found = _first(text).texts[0]
    offset = found.value.index("bad")
    assert found.span_at(offset, offset + 3) == Span("x.xml", 4, 10, 4, 13)


def test_places_of_elements_and_attributes() -> None:
    element = _first("\ufeff<fragment>\n  <set-header name = \"a&amp;b\"\n    id='x' />\n</fragment>")
    assert element.name_span == Span("x.xml", 2, 4, 2, 14)
    assert element.span == Span("x.xml", 2, 3, 3, 14)
    assert element.attributes["name"].name_span == Span("x.xml", 2, 15, 2, 19)
    assert element.attributes["name"].value_span == Span("x.xml", 2, 23, 2, 30)
    assert element.attributes["id"].span == Span("x.xml", 3, 5, 3, 11)


def test_a_reference_inside_a_raw_csharp_string_stays_as_it_is() -> None:
    attribute = _first("""<fragment><f a="@(x.Replace("&quot;", "'"))"/></fragment>""").attributes["a"]
    assert attribute.value == """@(x.Replace("&quot;", "'"))"""


def test_raw_says_whether_only_rawxml_can_carry_it() -> None:
    assert read('<f a="@(a["b"])"/>', "f").raw
    assert read("<f>@(a && b)</f>", "f").raw
    assert not read(f'<f a="{ENCODED}" b=\'@(a["b"])\'/>', "f").raw
    assert not read("<f><![CDATA[@(a < b && c)]]></f>", "f").raw


def test_kinds_come_from_the_root() -> None:
    assert read("<policies/>", "f").kind is Kind.POLICIES
    assert read("<?xml version='1.0'?><!-- a --><fragment/><!-- b -->", "f").kind is Kind.FRAGMENT
    snippet = read("<set-method>GET</set-method>\n<base/>", "f")
    assert snippet.kind is Kind.SNIPPET
    assert [element.name for element in snippet.root.elements] == ["set-method", "base"]
    assert read("", "f").root.children == ()


def test_comments_around_and_between_are_kept() -> None:
    document = read("<!-- a\r\nb --><policies><!--c--><inbound/></policies><!-- d -->", "f")
    assert [comment.text for comment in document.before] == [" a\nb "]
    assert [comment.text for comment in document.after] == [" d "]
    assert len(document.root.children) == 2


def test_named_values_are_part_of_the_text_until_composition() -> None:
    element = _first('<fragment><f a="{{x}}" b="@({{cond}} ? 1 : 2)" c=\'@("{{x}}")\'/></fragment>')
    assert element.attributes["a"].content == Literal("{{x}}")
    assert isinstance(element.attributes["b"].content, Expression)
    assert isinstance(element.attributes["c"].content, Expression)


FAULTS = {
    "an element that is not closed": ("<fragment><a><b></a></fragment>", ["POL201"], 1, 15),
    "a tag that closes nothing": ("<fragment></b></fragment>", ["POL201"], 1, 11),
    "the end of the text": ("<fragment><a>", ["POL201", "POL201"], 1, 2),
    "an attribute without quotes": ("<fragment><a b=1 c='2'/></fragment>", ["POL200"], 1, 14),
    "an attribute twice": ("<fragment><a b='1' b='2'/></fragment>", ["POL203"], 1, 20),
    "a value that is not closed": ("<fragment><a b='1/>\n</fragment>", ["POL201"], 1, 16),
    "an angle in a literal": ("<fragment><a b='1<2'/></fragment>", ["POL200"], 1, 18),
    "an ampersand in a literal": ("<fragment><a b='1&2'/></fragment>", ["POL200"], 1, 18),
    "an unknown entity": ("<fragment><a>&nbsp;</a></fragment>", ["POL200"], 1, 14),
    "an ampersand in a text": ("<fragment><a>a & b</a></fragment>", ["POL200"], 1, 16),
    "an angle in a text": ("<fragment><a>a < b</a></fragment>", ["POL200"], 1, 16),
    "a document type": ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", ["POL204"], 1, 1),
    "a processing instruction": ("<fragment><?php ?></fragment>", ["POL204"], 1, 11),
    "a forbidden character": ("<fragment>\x01</fragment>", ["POL205"], 1, 11),
    "dashes in a comment": ("<fragment><!-- a -- b --></fragment>", ["POL200"], 1, 18),
    "a comment without an end": ("<fragment><!-- a </fragment>", ["POL201"], 1, 11),
    "cdata without an end": ("<fragment><a><![CDATA[ x </a></fragment>", ["POL201"], 1, 14),
    "an expression without an end": ("<fragment><a b='@(a'/><c/></fragment>", ["POL202"], 1, 18),
    "an expression in a text": ("<fragment><a>@(a</a><c/></fragment>", ["POL202"], 1, 15),
    "an expression in cdata": ("<fragment><a><![CDATA[@(a]]></a></fragment>", ["POL202"], 1, 24),
    "a missing space": ("<fragment><a b='1'c='2'/></fragment>", ["POL200"], 1, 19),
    "text beside the root": ("<fragment/>x", ["POL200"], 1, 12),
}


@pytest.mark.parametrize(("text", "codes", "line", "column"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_has_its_code_and_its_place(text: str, codes: list[str], line: int, column: int) -> None:
    document = scan(text, "x.xml")
    assert [fault.code for fault in document.faults] == codes
    places = [(fault.span.line, fault.span.column) for fault in document.faults if fault.span]
    assert (line, column) in places
    with pytest.raises(Rejected):
        read(text, "x.xml")


def test_reading_goes_on_behind_faults() -> None:
    text = "<fragment>\n<a b='@(x'/>\n<c d=1/>\n<e f='&'/>\n<g>@{ x </g>\n<ok h='1'/>\n</fragment>"
    document = scan(text, "x.xml")
    assert [(fault.code, fault.span.line if fault.span else 0) for fault in document.faults] == [
        ("POL202", 2),
        ("POL200", 3),
        ("POL200", 4),
        ("POL202", 5),
    ]
    assert document.root.elements[-1].get("h") == "1"


def test_limits_end_the_reading() -> None:
    assert scan("<a>" * 100, "f").faults[0].code == "POL206"
    assert scan("<a/>" * 100, "f", limits=Limits(max_bytes=100)).faults[0].code == "POL206"
    faults = scan("</a>" * 1000, "f", limits=Limits(max_faults=5)).faults
    assert len(faults) == 6
    assert "rest was not read" in faults[-1].message


def test_a_kind_that_is_asked_for_must_be_there() -> None:
    with pytest.raises(Rejected) as caught:
        read("<fragment/>", "f", "document")
    assert [fault.code for fault in caught.value.diagnostics] == ["POL208"]
    assert read("<policies/>", "f", "document").kind is Kind.POLICIES


def test_parse_policy_gives_document_and_faults() -> None:
    document, faults = parse_policy("<policies><a b='&'/></policies>", "f", "document")
    assert document is not None
    assert [fault.code for fault in faults] == ["POL200"]
    nothing, faults = parse_policy("<!DOCTYPE x>", "f")
    assert nothing is None
    assert [fault.code for fault in faults] == ["POL204"]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>/=\"'@(){}$&;![]-abc \n\r\\#?", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    document = scan(text, "f")
    for fault in document.faults:
        assert fault.span is not None
        assert fault.span.line >= 1


EVIL = {
    "open expressions": '<a b="@(" ',
    "open texts": "<x>@(</x>",
    "raw and referenced quotes": '<x y="@(a)b" z="@(\'&quot;\')"/>',
    "open cdata": "<![CDATA[",
    "open comments": "<!--",
    "interpolation": '$"{',
    "attributes without values": "<a ",
    "carriage returns": "\r",
}


@pytest.mark.parametrize("piece", EVIL.values(), ids=EVIL.keys())
def test_time_grows_with_the_size_only(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        scan(text, "f")
        return time.process_time() - start

    seconds(1 << 12)
    small = max(seconds(1 << 14), 0.004)
    assert seconds(1 << 17) < small * 8 * 6
