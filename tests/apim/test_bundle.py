from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewright.apim.bundle import Bundle, SingleBackend, fill, inside, json_text
from gatewright.diagnostics import Rejected

SMALL: dict[str, Any] = {
    "version": 1,
    "environment": "dev",
    "marker": "gw-",
    "generator": "gatewright 0.0.0",
    "service": {"tier": "StandardV2", "location": "westeurope", "globalPolicy": None},
    "apis": [
        {
            "id": "gw-openai",
            "displayName": "OpenAI",
            "description": "Sample.",
            "path": "openai",
            "protocols": ["https"],
            "subscriptionRequired": True,
            "subscriptionKeyParameterNames": {"header": "api-key", "query": "subscription-key"},
            "policy": "policies/apis/gw-openai.xml",
            "operations": [
                {
                    "id": "embeddings",
                    "displayName": "Embeddings",
                    "method": "POST",
                    "urlTemplate": "/deployments/{deployment-id}/embeddings",
                    "policy": None,
                }
            ],
        }
    ],
    "products": [
        {
            "id": "gw-sample",
            "displayName": 'Sample "team" ä',
            "description": "Sample.",
            "subscriptionRequired": True,
            "state": "published",
            "apis": ["gw-openai"],
            "policy": "policies/products/gw-sample.xml",
        }
    ],
    "subscriptions": [
        {
            "id": "gw-sample",
            "displayName": "Sample",
            "product": "gw-sample",
            "state": "active",
            "keyVaultSecret": "sample-key",
        }
    ],
    "backends": [
        {
            "id": "gw-north",
            "type": "Single",
            "url": "https://<proxyHost>/b/gw-north/-/openai",
            "protocol": "http",
            "description": "Sample.",
            "circuitBreaker": {
                "name": "failures",
                "failureCondition": {
                    "count": 1,
                    "interval": "PT1M",
                    "statusCodeRanges": [{"min": 429, "max": 429}],
                    "errorReasons": [],
                },
                "tripDuration": "PT30S",
                "acceptRetryAfter": True,
            },
        },
        {
            "id": "gw-pool-embed",
            "type": "Pool",
            "description": "Sample.",
            "pool": {"services": [{"id": "gw-north", "priority": 1, "weight": 100}]},
        },
    ],
    "namedValues": [
        {
            "id": "gw-proof",
            "displayName": "gw-proof",
            "secret": True,
            "keyVaultSecret": "gateway-proof",
            "value": None,
        },
        {
            "id": "gw-client",
            "displayName": "gw-client",
            "secret": False,
            "keyVaultSecret": None,
            "value": "<clientId>",
        },
    ],
    "fragments": [{"id": "gw-model", "file": "fragments/gw-model.xml", "description": "Sample."}],
    "caches": [],
    "loggers": [],
    "diagnostics": [],
    "models": {"embed": {"type": "embeddings", "backend": "gw-pool-embed"}},
    "tenants": {"sample": {"product": "gw-sample", "subscriptions": ["gw-sample"]}},
    "placeholders": {"proxyHost": "host name of the proxy", "clientId": "client id of the identity"},
}


def small(change: Callable[[Any], object] = lambda _: None) -> str:
    value = json.loads(json.dumps(SMALL))
    change(value)
    return json.dumps(value)


def messages(text: str) -> list[str]:
    with pytest.raises(Rejected) as refused:
        Bundle.read(text, "bundle.json")
    assert {item.code for item in refused.value.diagnostics} == {"GEN411"}
    return [item.message for item in refused.value.diagnostics]


def test_what_is_written_is_what_was_read() -> None:
    text = json.dumps(SMALL, indent=2, ensure_ascii=False) + "\n"
    assert Bundle.read(text, "bundle.json").to_json() == text


def test_a_bundle_is_loaded_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(small(), encoding="utf-8")
    assert Bundle.load(tmp_path) == Bundle.read(small(), "bundle.json")


@pytest.mark.parametrize("content", [None, b"\xff\xfe{"])
def test_a_folder_without_a_readable_bundle_is_refused_as_unreadable(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "bundle.json").write_bytes(content)
    with pytest.raises(Rejected) as refused:
        Bundle.load(tmp_path)
    (fault,) = refused.value.diagnostics
    assert fault.code == "GEN410"
    assert refused.value.unreadable
    assert fault.span is not None
    assert fault.span.file == str(tmp_path / "bundle.json")


def test_what_is_no_json_is_refused() -> None:
    (message,) = messages("{")
    assert "Invalid JSON" in message


CHANGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "an unknown key": (lambda v: v.update(surprise=1), "surprise"),
    "a missing key": (lambda v: v.pop("apis"), "apis"),
    "a newer version": (lambda v: v.update(version=2), "version"),
    "a logger, which nothing deploys yet": (lambda v: v["loggers"].append({"id": "x"}), "loggers"),
    "an id that leaves the pattern": (lambda v: v["products"][0].update(id="gw_x"), "products.0.id"),
    "a file outside the folder": (
        lambda v: v["products"][0].update(policy="../outside.xml"),
        "products.0.policy",
    ),
    "an absolute file": (lambda v: v["fragments"][0].update(file="/etc/a.xml"), "fragments.0.file"),
    "a status that is none": (
        lambda v: v["backends"][0]["circuitBreaker"]["failureCondition"]["statusCodeRanges"][0].update(
            max=600
        ),
        "max",
    ),
    "a duration that is none": (
        lambda v: v["backends"][0]["circuitBreaker"].update(tripDuration="30s"),
        "tripDuration",
    ),
    "a breaker that never closes": (
        lambda v: v["backends"][0]["circuitBreaker"].update(tripDuration=None, acceptRetryAfter=False),
        "circuitBreaker",
    ),
    "a pool without members": (lambda v: v["backends"][1]["pool"].update(services=[]), "services"),
    "a named value that is an expression": (
        lambda v: v["namedValues"][1].update(value="@(1)"),
        "namedValues.1.value",
    ),
    "a named value from two sources": (lambda v: v["namedValues"][0].update(value="x"), "namedValues.0"),
    "a secret in the open": (lambda v: v["namedValues"][1].update(secret=True), "namedValues.1"),
}


@pytest.mark.parametrize(("change", "path"), CHANGES.values(), ids=CHANGES.keys())
def test_a_broken_entity_is_refused_with_its_path(change: Callable[[Any], object], path: str) -> None:
    assert any(path in message for message in messages(small(change)))


DANGLING: dict[str, tuple[Callable[[Any], object], str]] = {
    "a doubled product": (
        lambda v: v["products"].append(v["products"][0]),
        "the product gw-sample stands there 2 times",
    ),
    "a product of no API": (
        lambda v: v["products"][0].update(apis=["gw-none"]),
        "product gw-sample names the API gw-none, which is not there",
    ),
    "a subscription of no product": (
        lambda v: v["subscriptions"][0].update(product="gw-none"),
        "subscription gw-sample names the product gw-none, which is not there",
    ),
    "a pool in a pool": (
        lambda v: v["backends"][1]["pool"]["services"][0].update(id="gw-pool-embed"),
        "pool gw-pool-embed names the single backend gw-pool-embed, which is not there",
    ),
    "a model without backend": (
        lambda v: v["models"]["embed"].update(backend="gw-none"),
        "model embed names the backend gw-none, which is not there",
    ),
    "a tenant without product": (
        lambda v: v["tenants"]["sample"].update(product="gw-none"),
        "tenant sample names the product gw-none, which is not there",
    ),
    "a placeholder nobody explains": (
        lambda v: v["placeholders"].pop("proxyHost"),
        "the placeholder <proxyHost> is used and not declared",
    ),
}


@pytest.mark.parametrize(("change", "message"), DANGLING.values(), ids=DANGLING.keys())
def test_what_does_not_fit_together_is_refused(change: Callable[[Any], object], message: str) -> None:
    assert messages(small(change)) == [message]


def test_placeholders_are_filled_in_urls_and_named_values() -> None:
    bundle = Bundle.read(small(), "bundle.json").filled({"proxyHost": "127.0.0.1:8081", "clientId": "c-1"})
    single = bundle.backends[0]
    assert isinstance(single, SingleBackend)
    assert single.url == "https://127.0.0.1:8081/b/gw-north/-/openai"
    assert bundle.named_values[1].value == "c-1"


def test_a_placeholder_without_a_value_is_refused_with_its_meaning() -> None:
    with pytest.raises(Rejected) as refused:
        Bundle.read(small(), "bundle.json").filled({"proxyHost": "h"})
    assert [(item.code, item.message) for item in refused.value.diagnostics] == [
        ("GEN412", "<clientId> has no value: client id of the identity")
    ]
    with pytest.raises(Rejected, match="GEN412"):
        fill("https://<other>", {})


def test_every_policy_file_is_named_once() -> None:
    assert list(Bundle.read(small(), "bundle.json").policy_files()) == [
        "policies/apis/gw-openai.xml",
        "policies/products/gw-sample.xml",
        "fragments/gw-model.xml",
    ]


def test_files_lie_inside_the_build(tmp_path: Path) -> None:
    assert inside(tmp_path, "policies/apis/a.xml") == tmp_path / "policies" / "apis" / "a.xml"


def test_json_is_written_readably_with_a_line_end() -> None:
    assert json_text({"b": ["ä"], "a": {}}) == '{\n  "b": [\n    "ä"\n  ],\n  "a": {}\n}\n'
