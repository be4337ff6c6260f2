from __future__ import annotations

import pytest

from gatewright.infra.linter import check_linter
from gatewright.infra.parse import parse
from gatewright.infra.typed import typed

HEAD = "param place string\nparam names string[]\nparam one string\n"


def rules(text: str) -> list[str]:
    found = check_linter(typed(parse(text, "main.bicep"), {}, {}))
    return [item.message.rpartition("(")[2].rstrip(")") for item in found]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("param adminSecret string\n", "secure-secrets-in-params"),
        ("type names = {\n  a: string\n}\nparam vaultSecrets names\n", "secure-secrets-in-params"),
        ("@secure()\nparam key string = 'abc'\n", "secure-parameter-default"),
        (f"{HEAD}var a = '${{one}}'\n", "simplify-interpolation"),
        (f"{HEAD}var a = {{\n  b: '${{one}}'\n}}\n", "simplify-interpolation"),
        ("var a = {\n  'b': 1\n}\n", "prefer-unquoted-property-names"),
        ("var a = {\n  b: 1\n}\nvar c = a['b']\n", "prefer-unquoted-property-names"),
        (f"{HEAD}var a = concat(one, place)\n", "prefer-interpolation"),
        ("var a = 'https://management.azure.com/'\n", "no-hardcoded-env-urls"),
        (f"{HEAD}var a = '${{one}}.vault.azure.net'\n", "no-hardcoded-env-urls"),
        ("type lonely = {\n  a: string\n}\n", "no-unused-types"),
        ("output thePassword string = 'a'\n", "outputs-should-not-contain-secrets"),
        (f"{HEAD}var a = {{\n  b: 1\n}}\nvar c = contains(a, 'b') ? a.b : 2\n", "use-safe-access"),
        ("param one any\n", "no-explicit-any"),
        ("var a = json('null')\n", "simplify-json-null"),
        (
            "@description('a')\n@metadata({\n  description: 'b'\n})\nparam one string\n",
            "no-conflicting-metadata",
        ),
        (
            "resource a 'Microsoft.Resources/deployments@2025-04-01' = {\n  name: 'a'\n}\n",
            "no-deployments-resources",
        ),
        ("@secure()\nparam key string\nparam other string = key\n", "secure-secrets-in-params"),
        (f"{HEAD}var a = map(names, item => concat(item, 'x'))\n", "prefer-interpolation"),
        (f"{HEAD}var a = concat(one, 1)\n", "prefer-interpolation"),
        (f"{HEAD}var a = map(names, item => {{\n  b: '${{item}}'\n}})\n", "simplify-interpolation"),
        (
            "param id string = newGuid()\nvar own = 'a${id}'\n"
            "resource a 'Microsoft.A/b@2020-01-01' = {\n  name: own\n}\n",
            "use-stable-resource-identifiers",
        ),
        (
            "resource a 'Microsoft.A/b@2020-01-01' = {\n  name: 'a'\n}\n"
            "var above = a.id\n"
            "resource c 'Microsoft.A/d@2020-01-01' = {\n  name: 'c'\n  tags: {\n    of: above\n  }\n"
            "  dependsOn: [\n    a\n  ]\n}\n",
            "no-unnecessary-dependson",
        ),
    ],
)
def test_what_bicep_warns_of_is_told(text: str, rule: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core/Analyzers/Linter/Rules."""
    assert rules(text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "param theSecretName string\n",
        "param createSecrets bool\n",
        "@secure()\nparam key string = newGuid()\n",
        "@secure()\nparam key string = ''\n",
        f"{HEAD}var a = 'a${{one}}'\n",
        "param many int\nvar a = '${many}'\n",
        "var a = {\n  'b-c': 1\n}\n",
        f"{HEAD}var a = concat(names, names)\n",
        "var a = 'https://schema.management.azure.com/'\n",
        "var a = 'privatelink.vaultcore.azure.net'\n",
        "type used = {\n  any: string\n}\nparam b used[]\n",
        "@secure()\noutput thePassword string = 'a'\n",
        "param id string = newGuid()\nmodule a 'a.bicep' = {\n  name: 'a${id}'\n}\n",
        "resource a 'Microsoft.A/b@2020-01-01' = [for x in [1]: {\n  name: 'a${x}'\n}]\n"
        "resource c 'Microsoft.A/d@2020-01-01' = {\n  name: 'c'\n  tags: {\n    of: a[0].id\n  }\n"
        "  dependsOn: [\n    a\n  ]\n}\n",
        "type used = {\n  a: string\n}\nparam b used[]\n",
        "resource a 'Microsoft.A/b@2020-01-01' = {\n  name: 'a'\n}\n"
        "resource c 'Microsoft.A/d@2020-01-01' = {\n  name: 'c'\n  dependsOn: [\n    a\n  ]\n}\n",
    ],
)
def test_what_bicep_lets_pass_is_not(text: str) -> None:
    assert rules(text) == []
