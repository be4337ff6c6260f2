from __future__ import annotations

import pytest

from gatewright.infra.resource_types import ResourceTypes
from tests.infra.sources import small

GOOD = """resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: 'kv-sample'
  location: 'westeurope'
  properties: {
    tenantId: tenant().tenantId
    enableRbacAuthorization: true
    sku: {
      family: 'A'
      name: 'standard'
    }
  }
}
"""


def test_a_resource_as_azure_describes_it_is_not_told(types: ResourceTypes) -> None:
    assert small(GOOD).codes(types) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("KeyVault/vaults", "KeyVault/vault", "INF030"),
        ("2025-05-01", "2025-05-02", "INF031"),
        ("2025-05-01", "2022-07-01", "INF036"),
        ("enableRbacAuthorization", "enableRbacAuthorisation", "INF032"),
        ("  location: 'westeurope'\n", "", "INF033"),
        ("      name: 'standard'\n", "", "INF033"),
        ("'standard'", "'Standard'", "INF034"),
        ("true", "'true'", "INF023"),
        ("tenant().tenantId", "'not-a-guid'", "INF035"),
        ("sku: {", "vaultUri: [\n    ]\n    sku: {", "INF023"),
        ("kv-sample", "kv-sample-that-is-longer-than-24", "INF035"),
    ],
)
def test_what_azure_would_refuse_is_told(types: ResourceTypes, old: str, new: str, code: str) -> None:
    """source: Azure/bicep-types-az 1f896de2; the last: resource name rules, Key Vault 3-24."""
    assert old in GOOD
    assert small(GOOD.replace(old, new, 1)).codes(types) == [code]


def test_a_child_without_its_parent_is_told(types: ResourceTypes) -> None:
    child = (
        "resource s 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {\n  name: 'a'\n  properties: {}\n}\n"
    )
    assert small(child).codes(types) == ["INF033"]
    assert small(GOOD + child.replace("{\n", "{\n  parent: vault\n", 1)).codes(types) == []


IDENTITY = "resource a 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {\n  name: 'abc'\n"
IDENTITY += "  location: 'westeurope'\n}\n"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("'kv-sample/a'", ["INF060"]),
        ("'${vault.name}/a'", ["INF060"]),
        ("'other/a'", []),
        ("'${vault.id}/a/b'", ["INF033"]),
        ("toLower('a')", []),
    ],
)
def test_a_child_says_where_it_stands(types: ResourceTypes, name: str, codes: list[str]) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21): BCP169, use-parent-property."""
    child = "resource s 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {\n"
    child += f"  name: {name}\n  properties: {{}}\n}}\n"
    assert small(GOOD + child).codes(types) == codes


def test_a_name_beside_a_parent_has_no_slash(types: ResourceTypes) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21): BCP170."""
    child = "resource s 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {\n  parent: vault\n"
    child += "  name: 'kv/a'\n  properties: {}\n}\n"
    assert "INF034" in small(GOOD + child).codes(types)


READ = "\n@description('What is read.')\noutput found object = "


def test_what_can_only_be_written_is_not_read(types: ResourceTypes) -> None:
    """source: Azure/bicep-types-az 1f896de2; Bicep's BCP077."""
    text = "resource a 'Microsoft.KeyVault/vaults@2025-05-01' existing = {\n  name: 'kv-sample'\n}\n"
    assert small(f"{text}{READ}a.properties.sku\n").codes(types) == []
    assert small(f"{text}{READ}{{ mode: a.properties.createMode }}\n").codes(types) == ["INF032"]


@pytest.mark.parametrize(
    ("value", "codes"), [("'MaterializedViewsBuilder'", []), ("'Views'", ["INF034"]), ("given", ["INF034"])]
)
def test_what_tells_kinds_apart_is_written_out(types: ResourceTypes, value: str, codes: list[str]) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), TypeValidator: BCP036, BCP225."""
    text = "resource a 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {\n  name: 'sample'\n}\n"
    text += "resource s 'Microsoft.DocumentDB/databaseAccounts/services@2026-03-15' = {\n  parent: a\n"
    text += f"  name: 'sample'\n  properties: {{\n    serviceType: {value}\n  }}\n}}\n"
    head = "@description('x')\nparam given string\n" if value == "given" else ""
    assert small(head + text).codes(types) == codes


def test_a_resource_outside_of_its_scope_is_told(types: ResourceTypes) -> None:
    """source: Azure/bicep-types-az 1f896de2; Bicep's BCP135."""
    assert small(IDENTITY).codes(types) == []
    assert small(f"targetScope = 'subscription'\n{IDENTITY}").codes(types) == ["INF066"]


@pytest.mark.parametrize(
    ("head", "value", "code"),
    [
        ("param given string\n", "given", None),
        ("@allowed([\n  'premium'\n  'standard'\n])\nparam given string\n", "given", None),
        ("@allowed([\n  'basic'\n])\nparam given string\n", "given", "INF034"),
        ("param given string[]\n", "given[0]", "INF023"),
        ("param on bool\n", "on ? 'premium' : 'standard'", None),
        ("param on bool\nvar given = on ? 'premium' : 'basic'\n", "given", "INF034"),
        ("param given string?\n", "given", "INF063"),
        ("param given object\n", "given.sku", None),
        ("var given = [\n  { sku: 'basic' }\n]\n", "given[0].sku", "INF034"),
        ("param given string\n", "toLower(given)", "INF023"),
    ],
)
def test_values_that_are_worked_out_are_checked_too(
    types: ResourceTypes, head: str, value: str, code: str | None
) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), TypeValidator: BCP036; parameters may be any of a list."""
    described = head.replace("param", "@description('x')\nparam", 1)
    assert small(described + GOOD.replace("'standard'", value)).codes(types) == ([code] if code else [])


def test_an_existing_resource_sets_nothing(types: ResourceTypes) -> None:
    assert "INF037" in small(GOOD.replace("' = {", "' existing = {")).codes(types)


def reads(text: str) -> str:
    return f"{GOOD}@description('What is read.')\noutput found string = vault.{text}\n"


@pytest.mark.parametrize(
    "text", ["id", "name", "properties.vaultUri", "properties.networkAcls.bypass", "location"]
)
def test_what_a_resource_has_may_be_read(types: ResourceTypes, text: str) -> None:
    assert small(reads(text)).codes(types) == []


@pytest.mark.parametrize(
    "text", ["nam", "properties.vaultUrl", "properties.networkAcls.bypas", "properties.sku.tier"]
)
def test_what_a_resource_does_not_have_is_told(types: ResourceTypes, text: str) -> None:
    """source: Azure/bicep-types-az 1f896de2; Bicep's BCP053."""
    assert small(reads(text)).codes(types) == ["INF032"]
