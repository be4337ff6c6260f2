from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatewright.apim import catalog
from gatewright.apim.codes import NOT_WELL_FORMED
from gatewright.apim.document import Kind, Sizes, scan, validate
from gatewright.diagnostics import Diagnostic, Severity, Span, yaml

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    element: str
    text: str
    section: str
    scope: str | None
    codes: tuple[str, ...]


def _cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.yaml")):
        entries = yaml.compose(path.read_text("utf-8"), path.name).plain()
        assert isinstance(entries, dict)
        for element, entry in entries.items():
            assert isinstance(entry, dict)
            section, scope = str(entry["section"]), str(entry.get("scope", "operation"))
            good, bad = entry["good"], entry["bad"]
            assert isinstance(good, list)
            assert isinstance(bad, dict)
            for text, codes in [*((text, []) for text in good), *bad.items()]:
                assert isinstance(codes, list)
                wanted = tuple(str(code) for code in codes)
                yield Case(element, str(text), section, None if scope == "none" else scope, wanted)


CASES = list(_cases())


def _found(text: str, scope: str | None = None, tier: str | None = None) -> list[Diagnostic]:
    return list(validate(scan(text, "x.xml"), None, scope, tier))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.element}: {case.text[:60]}")
def test_an_element_is_accepted_or_refused_as_its_page_says(case: Case) -> None:
    text = case.text
    if case.section != "none":
        text = f"<policies><{case.section}>{text}</{case.section}></policies>"
    found = _found(text, case.scope)
    assert [item.code for item in found] == list(case.codes)
    for item in found:
        assert item.span is not None
        assert item.span.line == 1
        assert item.hint


def test_every_element_of_the_catalog_has_a_good_and_a_bad_case() -> None:
    unreliable = {name for name in catalog.names() if _spec(name).status in ("undocumented", "retired")}
    good = {case.element for case in CASES if not case.codes}
    bad = {case.element for case in CASES if case.codes}
    assert catalog.names() - unreliable - good == set()
    assert catalog.names() - bad == set()


def _spec(name: str) -> catalog.PolicySpec:
    spec = catalog.find(name)
    assert spec is not None
    return spec


PLACES = {
    "a section that does not exist": ("<policies><inbond /></policies>", ["POL224"]),
    "a section twice": ("<policies><inbound /><inbound /></policies>", ["POL224"]),
    "text in a section": ("<policies><inbound>x</inbound></policies>", ["POL218"]),
    "two elements in backend": (
        "<policies><backend><base /><forward-request /></backend></policies>",
        ["POL225"],
    ),
    "an empty backend": ("<policies><backend /></policies>", []),
    "an unknown element": ("<policies><inbound><set-headr name='a' /></inbound></policies>", ["POL210"]),
    "a section in a section": ("<policies><inbound><outbound /></inbound></policies>", ["POL226"]),
    "an element of another section": (
        "<policies><outbound><cors /></outbound></policies>",
        ["POL220", "POL230", "POL237"],
    ),
    "a section its page does not list": (
        "<policies><outbound><authentication-managed-identity resource='r' /></outbound></policies>",
        ["POL227"],
    ),
    "base in a fragment": ("<fragment><base /></fragment>", ["POL241"]),
    "include in a fragment": ("<fragment><include-fragment fragment-id='a' /></fragment>", ["POL241"]),
    "sections in a fragment": ("<fragment><inbound /></fragment>", ["POL241"]),
    "any section's policies in a fragment": (
        "<fragment><cache-store duration='1' /><set-method>GET</set-method></fragment>",
        [],
    ),
    "a snippet with base": ("<base /><set-method>GET</set-method>", []),
    "comments everywhere": (
        "<policies><!-- a --><backend><!-- b --><base /><!-- c --></backend></policies>",
        [],
    ),
}


SEND = "<set-url>https://{}.example.org</set-url><set-method>GET</set-method>"
OFFER = f"%{{ if env == 'p' ~}} {SEND.format('a')} %{{ else ~}} {SEND.format('b')} %{{ endif ~}}"
CHOSEN = {
    "children of a policy": f"<send-request response-variable-name='r'>{OFFER}</send-request>",
    "policies of which one may stand": "%{ if a }<cors><allowed-origins><origin>*</origin></allowed-origins>"
    "</cors>%{ else }<cors><allowed-origins><origin>b</origin></allowed-origins></cors>%{ endif }",
}


@pytest.mark.parametrize("text", CHOSEN.values(), ids=CHOSEN.keys())
def test_what_a_template_chooses_among_does_not_stand_twice(text: str) -> None:
    found = _found(f"<policies><inbound>{text}</inbound></policies>")
    assert [item.code for item in found if item.is_error] == []
    assert "POL245" in {item.code for item in found}
    without = re.sub(r"%\{[^}]*\}", "", text)
    codes = {item.code for item in _found(f"<policies><inbound>{without}</inbound></policies>")}
    assert codes & {"POL223", "POL231"}


def test_a_template_may_choose_what_the_backend_section_holds() -> None:
    inner = "%{ if direct }<forward-request />%{ else }<base />%{ endif }"
    assert {item.code for item in _found(f"<policies><backend>{inner}</backend></policies>")} == {"POL245"}


def test_a_prefix_must_be_declared_on_the_way_to_where_it_is_used() -> None:
    uri = "http://www.w3.org/1999/XSL/Transform"
    sheet = "<xsl:stylesheet{}><xsl:b xml:space='preserve' /></xsl:stylesheet>"
    text = f"<fragment><xsl-transform{{}}>{sheet}</xsl-transform></fragment>"
    [fault] = _found(text.format("", ""))
    assert (fault.code, fault.message) == ("POL200", 'nothing declares the prefix "xsl"')
    assert fault.hint == f'write xmlns:xsl="{uri}" on the element'
    assert fault.span is not None
    assert fault.span.column == len("<fragment><xsl-transform><") + 1
    assert _found(text.format("", f" xmlns:xsl='{uri}'")) == []
    assert _found(text.format(f" xmlns:xsl='{uri}'", "")) == []
    assert {item.code for item in _found(text.format("", f" xmlns:xls='{uri}'"))} == {"POL200"}


def test_a_declaration_names_a_namespace_by_any_text_but_none() -> None:
    text = '<fragment><xsl-transform xmlns:x="{}" /></fragment>'
    [fault] = [item for item in _found(text.format("")) if item.code == "POL200"]
    assert fault.message == "xmlns:x names no namespace"
    assert fault.span is not None
    assert fault.span.column == len("<fragment><xsl-transform ") + 1
    assert all(
        "POL200" not in {item.code for item in _found(text.format(name))} for name in (">a", "a b", "{{n}}")
    )


@pytest.mark.parametrize(("text", "codes"), PLACES.values(), ids=PLACES.keys())
def test_places(text: str, codes: list[str]) -> None:
    assert [item.code for item in _found(text)] == codes


def test_the_nearest_name_is_offered() -> None:
    text = "<policies><inbound><set-headr nam='a'/></inbound></policies>"
    assert [item.hint for item in _found(text)] == ["did you mean <set-header>?"]


def test_scopes_and_tiers() -> None:
    quota = "<policies><inbound><quota calls='1' renewal-period='0' /></inbound></policies>"
    assert [item.code for item in _found(quota, "api")] == ["POL221"]
    assert _found(quota, "product") == []
    limit = "<fragment><llm-token-limit counter-key='a' tokens-per-minute='1' /></fragment>"
    assert [item.code for item in _found(limit, None, "Consumption")] == ["POL222"]
    assert _found(limit, None, "StandardV2") == []
    assert [item.code for item in _found(limit, "galaxy", "Gold")] == ["POL221", "POL222"]


def test_a_kind_is_checked() -> None:
    found = list(validate(scan("<policies />", "x.xml"), Kind.FRAGMENT))
    assert [item.code for item in found] == ["POL208"]
    assert list(validate(scan("<policies />", "x.xml"), "document")) == []


def test_sizes() -> None:
    filler = "<policies><inbound>" + "<!-- " + "x" * 17_000 + " --></inbound></policies>"
    assert _found(filler) == []
    assert [item.code for item in _found(filler, None, "Consumption")] == ["POL206"]
    small = Sizes(document=100)
    assert [item.code for item in validate(scan(filler, "x"), sizes=small)] == ["POL206"]
    fragment = "<fragment><!-- " + "x" * 40_000 + " --></fragment>"
    found = _found(fragment)
    assert [(item.code, item.severity) for item in found] == [("POL207", Severity.WARNING)]


def test_reading_faults_come_first() -> None:
    found = _found("<policies><inbound><a b='&'/></inbound></policies>")
    assert [item.code for item in found] == ["POL200", "POL210"]


def _every_b(source: str, span: Span) -> Iterator[Diagnostic]:
    for line, text in enumerate(source.split("\n")):
        for column, char in enumerate(text):
            if char == "b":
                start = (span.column if line == 0 else 1) + column
                place = Span(span.file, span.line + line, start, span.line + line, start + 1)
                yield NOT_WELL_FORMED.at(place, "b")
    if "nowhere" in source:
        yield NOT_WELL_FORMED.at(None, "no place")


def test_faults_of_expressions_are_moved_to_their_file() -> None:
    text = (
        "<fragment>\r\n<set-variable name='a' value='@(1 &lt; b)'/>\r\n"
        "<set-body>@{\r\n  return &quot;&quot; + b;\r\n}</set-body>\r\n"
        "<set-method>@(nowhere)</set-method>\r\n</fragment>"
    )
    found = list(validate(scan(text, "x.xml"), check_expression=_every_b))
    places = [item.span for item in found]
    assert places == [
        Span("x.xml", 2, 40, 2, 41),
        Span("x.xml", 4, 25, 4, 26),
        Span("x.xml", 6, 13, 6, 23),
    ]
