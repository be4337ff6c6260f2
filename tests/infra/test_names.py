from __future__ import annotations

import re

import pytest

from gatewright.infra.resource_types import ResourceTypes
from tests.infra.mutations import UNDAMAGED
from tests.infra.sources import Sources, small

NAMED = """targetScope = 'subscription'
@description('x')
@maxLength(64)
param environmentName string
resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'PREFIX${environmentName}'
  location: 'westeurope'
}
"""


@pytest.mark.parametrize(("prefix", "codes"), [("r" * 26, []), ("r" * 27, ["INF035"]), ("r g-", ["INF035"])])
def test_the_longest_environment_name_decides(types: ResourceTypes, prefix: str, codes: list[str]) -> None:
    """source: resource name rules: a resource group has up to 90 characters."""
    assert sorted(set(small(NAMED.replace("PREFIX", prefix)).codes(types))) == codes


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("infra/abbreviations.json", '"kv-"', '"keyvault-long-"'),
        ("infra/abbreviations.json", '"st"', '"st-"'),
        ("infra/abbreviations.json", '"cr"', '"cr-"'),
        ("infra/abbreviations.json", '"ca-"', '"container-app-of-"'),
    ],
)
def test_a_prefix_that_does_not_fit_is_told(
    types: ResourceTypes, own: Sources, file: str, old: str, new: str
) -> None:
    assert re.search(old, own.texts[file])
    changed = Sources(own.bicep, {**own.texts, file: own.texts[file].replace(old, new)})
    assert set(changed.codes(types)) - set(UNDAMAGED) == {"INF035"}
