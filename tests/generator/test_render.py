from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from gatewright.diagnostics import Rejected
from generator.plan import plan
from generator.render import malformed, render
from generator.templates import Templates
from tests.generator.estates import estate, xpath

FOLDER = Path(__file__).parent / "cases"
PRODUCT = "policies/products/gw-retail-search.xml"
API = "policies/apis/gw-openai.xml"


def cases() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            found.append(pytest.param(case, id=f"{file.stem}: {case['id']}"))
    return found


def plain(value: object) -> object:
    """YAML's own dates back as texts, as the estate's reader has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else value


@pytest.fixture(scope="session")
def compiled(templates: Path) -> Templates:
    return Templates(templates)


def tree(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


@pytest.mark.parametrize("case", cases())
def test_tenant_options(tmp_path: Path, compiled: Templates, case: Mapping[str, Any]) -> None:
    given = plain(case["given"])
    assert isinstance(given, dict)
    without_models = "models" in given and given["models"] is None
    found = plan(estate(tmp_path, tenant={} if without_models else given))
    if without_models:
        found = replace(found, products=(replace(found.products[0], models=()),))
    root = tree(render(found, compiled)[PRODUCT])
    for claim in case["then"]:
        assert xpath(root, claim["xpath"]) == claim["is"], claim["xpath"]


def test_without_a_cache_the_api_has_none_in_it(tmp_path: Path, compiled: Templates) -> None:
    text = render(plan(estate(tmp_path)), compiled)[API]
    assert "cache" not in text


def test_the_cache_stands_in_the_api_and_in_no_fragment(tmp_path: Path, compiled: Templates) -> None:
    # source: cache-lookup-value-policy (2024-07-23): not supported inside a policy fragment
    files = render(plan(estate(tmp_path, tenant={"cache": {"ttl": "5m"}})), compiled)
    assert [name for name, text in files.items() if "<cache-" in text] == [API]


def test_the_backend_section_holds_one_element_that_replays_the_body(
    tmp_path: Path, compiled: Templates
) -> None:
    # source: set-edit-policies (2023-10-18): one policy element; forward-request-policy: buffers
    root = tree(render(plan(estate(tmp_path)), compiled)[API])
    (retry,) = xpath(root, "/policies/backend/*")
    assert (retry.tag, retry.get("count"), retry.get("first-fast-retry")) == ("retry", "2", "true")
    (forward,) = retry
    assert (forward.get("buffer-request-body"), forward.get("buffer-response")) == ("true", "false")


def test_without_retries_the_request_is_forwarded_once(tmp_path: Path, compiled: Templates) -> None:
    # source: retry-policy (2025-09-11): count is 1 to 50
    files = render(plan(estate(tmp_path, gateway={"retry": {"count": 0}})), compiled)
    assert [item.tag for item in xpath(tree(files[API]), "/policies/backend/*")] == ["forward-request"]


def test_the_clients_credentials_are_removed_under_the_configured_name(
    tmp_path: Path, compiled: Templates
) -> None:
    found = plan(estate(tmp_path, gateway={"subscriptionKeyHeader": "x-key"}))
    root = tree(render(found, compiled)["fragments/gw-identity.xml"])
    removed = xpath(root, "/fragment/*[@exists-action='delete']/@name")
    assert removed == ["x-key", "Authorization", "subscription-key"]


def test_attribution_headers_are_overridden_and_there_is_no_other(
    tmp_path: Path, compiled: Templates
) -> None:
    root = tree(render(plan(estate(tmp_path)), compiled)["fragments/gw-attribution.xml"])
    headers = xpath(root, "//set-header")
    ours = ("tenant", "subscription", "request-id", "model", "proof", "user")
    assert {item.get("name") for item in headers} == {
        "X-Forwarded-Client-Cert",
        *(f"x-gatewright-{name}" for name in ours),
    }
    assert {item.get("exists-action") for item in headers} == {"override", "delete"}
    assert xpath(root, "string(//set-header[@name='x-gatewright-proof']/value)") == "{{gw-proxy-proof}}"


def test_secrets_are_values_and_never_stand_in_csharp(tmp_path: Path, compiled: Templates) -> None:
    for name, text in render(plan(estate(tmp_path)), compiled).items():
        for value in xpath(tree(text), "//@* | //text()"):
            if value.strip().startswith("@"):
                assert "{{" not in value, name


def test_on_error_never_uses_set_body_outside_return_response(tmp_path: Path, compiled: Templates) -> None:
    # source: api-management-error-handling-policies (2026-04-22): set-body is not in the list for on-error
    root = tree(render(plan(estate(tmp_path)), compiled)["fragments/gw-error.xml"])
    assert xpath(root, "count(//set-body[not(parent::return-response)])") == 0


def test_a_template_that_renders_no_xml_is_refused(tmp_path: Path, templates: Path) -> None:
    folder = tmp_path / "policies"
    for path in templates.rglob("*.j2"):
        target = folder / path.relative_to(templates)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "local/fragments").mkdir(parents=True)
    (folder / "local/fragments/identity.xml.j2").write_text("<fragment>\n<set-header\n", encoding="utf-8")
    with pytest.raises(Rejected) as refused:
        render(plan(estate(tmp_path / "config")), Templates(folder))
    assert [(item.code, item.span and item.span.file) for item in refused.value.diagnostics] == [
        ("GEN403", "fragments/gw-identity.xml"),
        ("GEN404", "fragments/gw-identity.xml"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<fragment>\x00</fragment>",
        "<fragment>\ud800</fragment>",
        "<fragment>&unknown;</fragment>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><fragment>&x;</fragment>',
    ],
)
def test_what_is_no_plain_xml_does_not_pass_the_gate(text: str) -> None:
    assert "GEN403" in [item.code for item in malformed("a.xml", "<!-- Generated by Gatewright -->" + text)]
