"""Bundle → entities: values, order, and what is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.apim.bundle import Bundle
from gatewright.deploy import Kind, Values, desired
from gatewright.deploy.entities import ORDER
from gatewright.diagnostics import Rejected
from tests.deploy.conftest import VALUES
from tests.deploy.fake_arm.server import SERVICE


def test_every_value_that_is_missing_is_named(build: Path) -> None:
    with pytest.raises(Rejected) as caught:
        desired(Bundle.load(build), build, Values(SERVICE))
    messages = [str(item.message) for item in caught.value.diagnostics]
    assert [item.kind.code for item in caught.value.diagnostics] == ["DEP802"] * 3
    parts = ("<apimClientId>", "<proxyHost>", "vault")
    assert all(part in message for part, message in zip(parts, messages, strict=True))
    assert "PROXY_HOST" in str(caught.value.diagnostics[1].hint)
    assert "AZURE_KEY_VAULT_ENDPOINT" in str(caught.value.diagnostics[2].hint)


@pytest.mark.parametrize("value", ["a b", 'x"/><evil', "{{other}}", "a\nb"])
def test_a_value_that_could_be_more_than_a_value_is_refused(build: Path, value: str) -> None:
    values = replace(VALUES, placeholders={**VALUES.placeholders, "proxyHost": value})
    with pytest.raises(Rejected) as caught:
        desired(Bundle.load(build), build, values)
    assert [item.kind.code for item in caught.value.diagnostics] == ["DEP803"]


def test_a_key_vault_is_an_https_uri(build: Path) -> None:
    with pytest.raises(Rejected) as caught:
        desired(Bundle.load(build), build, replace(VALUES, key_vault="http://vault"))
    assert [item.kind.code for item in caught.value.diagnostics] == ["DEP803"]


def test_every_policy_file_that_is_missing_or_broken_is_named(build: Path, tmp_path: Path) -> None:
    copy = tmp_path / "dev"
    shutil.copytree(build, copy)
    (copy / "fragments/gw-error.xml").unlink()
    (copy / "policies/apis/gw-openai.xml").write_text("<policies><inbound>")
    with pytest.raises(Rejected) as caught:
        desired(Bundle.load(copy), copy, VALUES)
    assert {item.kind.code[:4] for item in caught.value.diagnostics} == {"DEP8", "POL2"}


def test_entities_stand_in_the_order_of_their_references(build: Path) -> None:
    made = desired(Bundle.load(build), build, VALUES)
    kinds = [ORDER.index(item.key.kind) for item in made]
    assert kinds == sorted(kinds)
    assert Kind.PRODUCT_POLICY.rank < Kind.PRODUCT_API.rank < Kind.SUBSCRIPTION.rank
    assert Kind.API.rank < Kind.API_POLICY.rank < Kind.OPERATION.rank


def test_a_secret_is_a_reference_to_the_key_vault_and_nothing_else(build: Path) -> None:
    made = {item.key.path: item.properties for item in desired(Bundle.load(build), build, VALUES)}
    assert made["namedValues/gw-user-key"] == {
        "displayName": "gw-user-key",
        "secret": True,
        "keyVault": {
            "secretIdentifier": "https://sample.vault.azure.net/secrets/gateway-user-key",
            "identityClientId": VALUES.key_vault_client_id,
        },
    }


def test_urls_are_filled(build: Path) -> None:
    made = {item.key.path: item.properties for item in desired(Bundle.load(build), build, VALUES)}
    url = made["backends/gw-sweden-gpt-41-ptu"]["url"]
    assert url == "https://proxy.example.org/b/gw-sweden-gpt-41-ptu/-/openai"
