"""Nothing from the configuration becomes C#, XML or a named value.

The build is rendered with a hostile text and with a harmless one; named values are put in as the service does
it, as text; then XML trees and C# syntax trees are compared. Each text is refused, or changes no tree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tree_sitter
import tree_sitter_c_sharp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from gatewright.apim.bundle import json_text
from gatewright.diagnostics import Rejected
from gatewright.estate import Estate, load
from generator.entities import bundle
from generator.filters import csharp_string
from generator.parameters import AZD_VALUES, parameters
from generator.plan import Plan, plan
from generator.render import render
from generator.routes import routes
from generator.templates import Templates
from tests.generator.estates import estate, xpath

NAMED_VALUES = {"gw-proxy-proof": "proof", "gw-user-key": "key", "gw-apim-client-id": "client"}
HARMLESS = "Harmless"
PRODUCT = "policies/products/gw-retail-search.xml"
MARKS = (
    *('"', "'", "`", "@(", "@{", ")", "}", "{{", "}}", "{{gw-proxy-proof}}", "{{ unknown }}", "%{", "#{"),
    *(
        "]]>",
        "<![CDATA[",
        "</policies>",
        "</value>",
        "<!--",
        "-->",
        "--",
        "&",
        "&amp;",
        "&#64;",
        "<proxyHost>",
    ),
    *("$", "${AZURE_ENV_NAME}", "$(id)", "\\", "\\u0022", "//", "/*", "*/", ";", "=cmd|'/c'!A0"),
    *("\n", "\r", "\t", "\x00", "\x1b", "\x85", "\u2028", "\ufeff", "\ufffe", "\ud800", "\U0001f600"),
    *("[[ plan ]]", "[% raw %]", "[# x #]", "@(context.Subscription.Key)"),
    *('" + context.Variables["gw-user-key"] + "', "' /><return-response /><a b='", '" /><base /><a b="'),
    *("a", "Z", "0", " ", "-", "_", ".", "é"),
)
TEXTS = st.one_of(st.lists(st.sampled_from(MARKS), min_size=1, max_size=8).map("".join), st.text(min_size=1))

_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c_sharp.language()))
Shape = tuple[object, ...]


def substituted(value: str) -> str:
    """Named values put in as text; a name that does not exist is what the service refuses."""

    def text(found: re.Match[str]) -> str:
        assert found[1] in NAMED_VALUES, f"names a named value that is none of ours: {found[1]!r}"
        return NAMED_VALUES[found[1]]

    return re.sub(r"\{\{\s*([^{}]*?)\s*\}\}", text, value)


@cache
def csharp_shape(expression: str) -> Shape:
    """The syntax tree of an expression, with the text of every leaf but that of string literals."""
    body = expression[1:]
    source = f"class A {{ object B() {body if body.startswith('{') else '{ return ' + body + '; }'} }}"
    tree = _PARSER.parse(source.encode("utf-8", "surrogatepass"))
    assert not tree.root_node.has_error, expression
    return _node_shape(tree.root_node)


def _node_shape(node: tree_sitter.Node) -> Shape:
    if node.type == "string_literal":
        return ("string",)
    if not node.children:
        return (node.type, node.text)
    return (node.type, *(_node_shape(child) for child in node.children))


def value_shape(value: str) -> Shape:
    text = substituted(value).strip()
    return ("expression", csharp_shape(text)) if text.startswith(("@(", "@{")) else ("literal",)


@cache
def document_shape(text: str) -> Shape:
    """Elements, attribute names and comments as they are; values as literal, or as a C# syntax tree."""
    root = etree.fromstring(text.encode())
    before = tuple(str(item) for item in root.itersiblings(preceding=True))
    return (before, *_element_shape(root))


def _element_shape(element: etree._Element) -> Iterator[object]:
    yield str(element.tag) if isinstance(element.tag, str) else ("comment", element.text)
    yield tuple((str(name), value_shape(str(value))) for name, value in element.attrib.items())
    if isinstance(element.tag, str) and element.text and element.text.strip():
        yield value_shape(element.text)
    for child in element:
        yield tuple(_element_shape(child))


def json_shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: json_shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_shape(item) for item in value]
    return "text" if isinstance(value, str) else value


def json_texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for item in value.values() for text in json_texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in json_texts(item))
    elif isinstance(value, str):
        yield value


@pytest.fixture(scope="module")
def compiled(templates: Path) -> Templates:
    return Templates(templates)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    tenant = {"cache": {"ttl": "5m"}, "expires": "2027-03-31", "models": {"embed": {"tokensPerMinute": 1000}}}
    return estate(tmp_path_factory.mktemp("sample"), tenant=tenant)


def with_free_text(found: Estate, text: str) -> Estate:
    """The estate with one text in every place that takes free text."""
    owner = {"team": text, "contact": text, "cost_center": text}
    tenants = {
        name: item.model_copy(
            update={"display_name": text[:100], "owner": item.owner.model_copy(update=owner)}
        )
        for name, item in found.tenants.items()
    }
    plans = {
        name: item.model_copy(update={"display_name": text, "description": text})
        for name, item in found.plans.items()
    }
    publisher = found.gateway.publisher.model_copy(update={"name": text})
    return replace(
        found,
        tenants=tenants,
        plans=plans,
        gateway=found.gateway.model_copy(update={"publisher": publisher}),
    )


def build(found: Plan, compiled: Templates) -> tuple[dict[str, str], dict[str, str]]:
    """The XML and the JSON of a build; as `generate`, with templates that are compiled already."""
    documents = render(found, compiled)
    others = {
        "bundle.json": bundle(found, "0.0.0").to_json(),
        "routes": json_text(routes(found)),
        "parameters": json_text(parameters(found)),
    }
    return documents, others


@pytest.fixture(scope="module")
def harmless_build(sample: Estate, compiled: Templates) -> tuple[dict[str, str], dict[str, str]]:
    return build(plan(with_free_text(sample, HARMLESS)), compiled)


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_free_text_is_refused_or_stays_text(
    compiled: Templates, sample: Estate, harmless_build: tuple[dict[str, str], dict[str, str]], text: str
) -> None:
    harmless, harmless_json = harmless_build
    try:
        documents, others = build(plan(with_free_text(sample, text)), compiled)
    except (Rejected, UnicodeEncodeError):
        return
    assert documents.keys() == harmless.keys()
    for name, document in documents.items():
        assert document_shape(document) == document_shape(harmless[name]), name
    for name, document in others.items():
        value = json.loads(document)
        assert json_shape(value) == json_shape(json.loads(harmless_json[name])), name
        if name == "bundle.json":
            assert value["products"][0]["displayName"] == text[:100]
        else:
            assert all("$" not in item for item in json_texts(without_azd(value)))


def without_azd(document: dict[str, Any]) -> dict[str, Any]:
    """A document without the parameters that are azd's to fill, and without its schema."""
    if "parameters" not in document:
        return document
    left = {
        name: item for name, item in document["parameters"].items() if item["value"] != AZD_VALUES.get(name)
    }
    return {"parameters": left}


PLACES = ("alias", "tenant", "plan", "environment", "namespace", "header")


def with_names(found: Plan, text: str, place: str) -> Plan:
    """The plan with a text as one of the names that reach a policy; the estate would refuse nearly all."""
    names = {name: text if name == place else HARMLESS for name in PLACES}
    product, gateway, alias = found.products[0], found.estate.gateway, names["alias"]
    models = tuple(replace(item, alias=alias, counter_key=f"gw-{alias}") for item in product.models)
    tenant = product.tenant.model_copy(update={"id": names["tenant"], "plan": names["plan"]})
    changed = replace(
        found.estate,
        environment=names["environment"],
        models={alias: next(iter(found.estate.models.values())).model_copy(update={"alias": alias})},
        gateway=gateway.model_copy(
            update={"metric_namespace": names["namespace"], "subscription_key_header": names["header"]}
        ),
    )
    return replace(found, estate=changed, products=(replace(product, tenant=tenant, models=models),))


def shapes_of(documents: dict[str, str]) -> dict[str, Shape]:
    return {name: document_shape(text) for name, text in documents.items()}


def readings(documents: dict[str, str], place: str) -> list[str]:
    """What the service reads where a name stands as a literal."""
    file, path = {
        "alias": (PRODUCT, "//dimension[@name='Model']/@value"),
        "tenant": (PRODUCT, "//set-variable[@name='gw-tenant']/@value"),
        "plan": (PRODUCT, "//dimension[@name='Plan']/@value"),
        "environment": (PRODUCT, "//dimension[@name='Environment']/@value"),
        "namespace": (PRODUCT, "//llm-emit-token-metric/@namespace"),
        "header": ("fragments/gw-identity.xml", "//set-header[1]/@name"),
    }[place]
    return [str(value) for value in xpath(etree.fromstring(documents[file].encode()), path)]


@pytest.fixture(scope="module")
def harmless_shapes(sample: Estate, compiled: Templates) -> dict[str, Shape]:
    return shapes_of(render(with_names(plan(sample), HARMLESS, "alias"), compiled))


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, place=st.sampled_from(PLACES))
def test_even_a_hostile_name_changes_no_tree(
    compiled: Templates, sample: Estate, harmless_shapes: dict[str, Shape], text: str, place: str
) -> None:
    try:
        documents = render(with_names(plan(sample), text, place), compiled)
    except Rejected:
        return
    found = shapes_of(documents)
    for name, shape in harmless_shapes.items():
        assert _literals(found[name]) == _literals(shape), name
    assert set(readings(documents, place)) <= {text, f'@("{csharp_string(text)}")'}


def _literals(shape: object) -> object:
    """A shape in which a text written as the expression of one string counts as the literal it stands for."""
    if shape == ("expression", csharp_shape('@("text")')):
        return ("literal",)
    return tuple(map(_literals, shape)) if isinstance(shape, tuple) else shape


HOSTILE: tuple[Callable[[str], str], ...] = (
    lambda text: f'"; return context.Variables["gw-user-key"]; // {text}',
    lambda text: f"@({text})",
    lambda text: f"{{{{gw-user-key}}}}{text}",
    lambda text: f"</policies>{text}",
    lambda text: f"]]>{text}",
    lambda text: f"${{AZURE_ENV_NAME}}{text}",
    lambda text: f"{text}\x07",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_display_name_in_a_file_is_refused_with_its_place_or_stays_text(
    tmp_path: Path, compiled: Templates, hostile: Callable[[str], str]
) -> None:
    text = hostile("x")
    try:
        found = estate(tmp_path, tenant={"displayName": text})
    except Rejected as refused:
        (fault,) = refused.diagnostics
        assert fault.code == "CFG116"
        assert fault.span is not None
        assert fault.span.file.endswith("tenants/retail-search.yaml")
        return
    documents, others = build(plan(found), compiled)
    assert json.loads(others["bundle.json"])["products"][0]["displayName"] == text
    harmless = render(plan(estate(tmp_path / "harmless")), compiled)
    assert shapes_of(documents) == shapes_of(harmless)


def test_the_example_has_no_named_value_but_ours(root: Path, compiled: Templates) -> None:
    for text in render(plan(load(root / "config", "prod")), compiled).values():
        document_shape(text)
