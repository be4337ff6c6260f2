from __future__ import annotations

import pytest

from gatewright.apim.document import (
    Document,
    EffectivePolicy,
    Element,
    Expression,
    Kind,
    Scope,
    Section,
    Text,
    compose,
    read,
    write,
)
from gatewright.diagnostics import Rejected, Span


def _document(inbound: str, file: str = "x.xml", backend: str = "<base />") -> Document:
    return read(f"<policies><inbound>{inbound}</inbound><backend>{backend}</backend></policies>", file)


def _mark(name: str) -> str:
    return f'<set-variable name="{name}" value="1" />'


def _names(elements: tuple[Element, ...]) -> list[str | None]:
    return [element.get("name") for element in elements]


def test_base_stands_for_the_broader_scope() -> None:
    """Source: set-edit-policies (2023-10-18), worked through in the reference, section 2."""
    policy = compose(
        [
            (Scope.API, _document(_mark("A1") + "<base />" + _mark("A2"))),
            (Scope.GLOBAL, _document(_mark("G1"), backend="<forward-request />")),
            (Scope.PRODUCT, _document(_mark("P1") + "<base />")),
        ]
    )
    assert _names(policy.inbound) == ["A1", "P1", "G1", "A2"]
    assert [element.scope for element in policy.inbound] == ["api", "product", "global", "api"]
    assert [element.name for element in policy.backend] == ["forward-request"]


def test_without_base_nothing_is_inherited() -> None:
    policy = compose(
        [(Scope.GLOBAL, _document(_mark("G"))), (Scope.OPERATION, _document(_mark("O"), backend=""))]
    )
    assert _names(policy.inbound) == ["O"]
    assert policy.backend == ()
    assert policy.outbound == ()


def test_the_default_global_policy_forwards() -> None:
    policy = compose([(Scope.API, _document("<base />"))])
    assert [element.name for element in policy.section(Section.BACKEND)] == ["forward-request"]
    assert [policy.section(section) for section in Section if section is not Section.BACKEND] == [(), (), ()]
    assert compose([]).backend == policy.backend


def test_a_fragment_is_spliced_and_keeps_its_file() -> None:
    fragment = read("<fragment>\n<!-- c -->\n<set-method>POST</set-method>\n</fragment>", "f.xml")
    document = _document(
        '<choose><when condition="true"><include-fragment fragment-id="f" /></when></choose>'
    )
    when = compose([(Scope.API, document)], {"f": fragment}).inbound[0].elements[0]
    method = when.elements[0]
    assert (method.name, method.fragment, method.scope) == ("set-method", "f", Scope.API)
    assert method.name_span == Span("f.xml", 3, 2, 3, 12)
    assert method.path == "choose[1]\\when[1]\\set-method[1]"


def test_paths_count_elements_of_one_name() -> None:
    policy = compose([(Scope.API, _document(_mark("a") + "<set-method>GET</set-method>" + _mark("b")))])
    assert [element.path for element in policy.inbound] == [
        "set-variable[1]",
        "set-method[1]",
        "set-variable[2]",
    ]


def _value(value: str, named_values: dict[str, str]) -> EffectivePolicy:
    document = _document(f"<set-variable name='a' value='{value}' /><set-body>x{{{{n}}}}</set-body>")
    return compose([(Scope.API, document)], {}, {"n": "1", **named_values})


def test_named_values_are_text_and_may_be_an_expression() -> None:
    """Source: api-management-howto-properties (2024-07-11)."""
    policy = _value("{{e}}", {"e": " @(1 + 1) "})
    attribute = policy.inbound[0].attributes["value"]
    assert (attribute.value, attribute.content) == ("@(1 + 1)", Expression("@(1 + 1)"))
    assert policy.inbound[1].text == "x1"


def test_named_values_are_filled_in_inside_csharp_strings() -> None:
    attribute = _value('@("{{n}}" + "{{long}}")', {"long": "y" * 9}).inbound[0].attributes["value"]
    assert attribute.value == f'@("1" + "{"y" * 9}")'
    assert isinstance(attribute.content, Expression)
    start = attribute.value.index("yyy")
    column = 20 + len("<set-variable name='a' value='") + len('@("{{n}}" + "')
    assert attribute.span_at(start, start + 9) == Span("x.xml", 1, column, 1, column + 8)
    assert attribute.span_at(len(attribute.value) - 1).column == column + 9


def test_named_values_do_not_become_markup_and_are_not_searched_again() -> None:
    attribute = _value("{{m}}", {"m": "\"/><base />'{{n}}"}).inbound[0].attributes["value"]
    assert attribute.value == "\"/><base />'{{n}}"


def test_liquid_keeps_its_own_braces() -> None:
    document = _document('<set-body template="liquid"><a>{{body.x}} {{n}}</a></set-body>')
    body = compose([(Scope.API, document)], {}, {"n": "1"}).inbound[0]
    assert body.elements[0].text == "{{body.x}} 1"


BAD = {
    "an unknown fragment": ('<include-fragment fragment-id="g" />', "POL240", "x.xml"),
    "an include without an id": ("<include-fragment />", "POL212", "x.xml"),
    "a fragment in a fragment": ('<include-fragment fragment-id="nested" />', "POL241", "nested.xml"),
    "base in a fragment": ('<include-fragment fragment-id="base" />', "POL243", "base.xml"),
    "a document as fragment": ('<include-fragment fragment-id="document" />', "POL241", "document.xml"),
    "base inside a branch": ("<choose><when condition='true'><base /></when></choose>", "POL243", "x.xml"),
    "an unknown named value": ("<set-method>{{nn}}</set-method>", "POL242", "x.xml"),
    "a named value that breaks a string": (
        "<set-variable name='a' value='@(\"{{q}}\")' />",
        "POL202",
        "x.xml",
    ),
}


@pytest.mark.parametrize(("inbound", "code", "file"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_composed_is_refused_where_it_stands(inbound: str, code: str, file: str) -> None:
    fragments = {
        "f": read("<fragment />", "f.xml"),
        "nested": read('<fragment><include-fragment fragment-id="f" /></fragment>', "nested.xml"),
        "base": read("<fragment><base /></fragment>", "base.xml"),
        "document": read("<policies />", "document.xml"),
    }
    with pytest.raises(Rejected) as caught:
        compose([(Scope.API, _document(inbound))], fragments, {"n": "1", "q": '"'})
    found = caught.value.diagnostics
    assert [(fault.code, fault.span.file if fault.span else "") for fault in found] == [(code, file)]


def test_all_faults_are_reported() -> None:
    document = _document("<set-method>{{a}}</set-method><include-fragment fragment-id='b' />")
    with pytest.raises(Rejected) as caught:
        compose([(Scope.API, document)])
    assert [fault.code for fault in caught.value.diagnostics] == ["POL242", "POL240"]


def test_what_was_composed_can_be_written() -> None:
    policy = _value("{{m}}", {"m": "a<b"})
    text = write(Document(Kind.SNIPPET, Element("", {}, policy.inbound)))
    assert 'value="a&lt;b"' in text


def test_a_made_document_composes_without_places() -> None:
    method = Element("set-method", {}, (Text.of("{{missing}}"),))
    root = Element("policies", {}, (Element("inbound", {}, (method,)),))
    with pytest.raises(Rejected) as caught:
        compose([(Scope.API, Document(Kind.POLICIES, root))])
    assert caught.value.diagnostics[0].code == "POL242"
