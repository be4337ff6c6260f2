from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gatewright.infra.bicep import Text, walk
from gatewright.infra.check import check_infra
from gatewright.infra.parse import parse
from gatewright.infra.resource_types import ResourceTypes
from tests.infra.mutations import UNDAMAGED
from tests.infra.sources import Sources, small

OUTPUTS = {
    "TENANT_ID",
    "DEPLOYMENT_LOCATION",
    "APIM_NAME",
    "RESOURCE_TOKEN",
    "AZURE_CONTAINER_ENVIRONMENT_NAME",
    "AZURE_CONTAINER_REGISTRY_NAME",
    "AZURE_CONTAINER_REGISTRY_ENDPOINT",
    "AZURE_PROXY_MANAGED_IDENTITY_NAME",
    "AZURE_APPCONFIG_ENDPOINT",
    "AZURE_RESOURCE_GROUP",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AZURE_TENANT_ID",
}


def test_the_repositorys_own_infrastructure_has_no_fault(own: Sources) -> None:
    assert own.codes() == []


def test_every_resource_is_as_azure_describes_it(own: Sources, types: ResourceTypes) -> None:
    assert own.codes(types) == UNDAMAGED


def test_compilers_that_are_not_new_know_every_api_version(own: Sources) -> None:
    """An older Bicep compiler warns of a version that its types lack (BCP081); no new one is needed."""
    versions = re.findall(r"^resource \w+ '[^@']+@(\d{4})", "\n".join(own.bicep.values()), re.M)
    assert len(versions) > 50
    assert max(versions) < "2026"


def test_check_infra_reads_a_repository(root: Path) -> None:
    assert list(check_infra(root)) == []


def test_a_circle_is_told_and_nothing_that_follows_from_it() -> None:
    """The types of what is in a circle are not known, and nothing runs around in it."""
    text = "var a = '${b}${b}'\nvar b = '${a}${a}'\n@description('x')\noutput c string = a\n"
    assert small(text).codes() == ["INF064", "INF064"]


def test_a_folder_without_infrastructure_is_told(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    assert [item.code for item in check_infra(tmp_path)] == ["INF001"]


def test_the_predecessors_outputs_keep_their_names(own: Sources) -> None:
    """source: Azure/enterprise-azureai 3e6c97f, infra/main.bicep, without the chat sample's."""
    declared = {item.name for item in parse(own.bicep["infra/main.bicep"], "main").of("output")}
    assert declared >= OUTPUTS


PARAMETERS = set(
    (
        "environmentName location useRedisCacheForAPIM secondaryOpenAILocation resourceGroupName "
        "apimIdentityName proxyIdentityName apimServiceName logAnalyticsName dataCollectionEndpointName "
        "dataCollectionRuleName applicationInsightsDashboardName applicationInsightsName proxyAppName "
        "vnetName apimSubnetName apimNsgName acaSubnetName acaNsgName privateEndpointSubnetName "
        "privateEndpointNsgName redisCacheServiceName containerRegistryName containerAppsEnvironmentName "
        "appConfigurationName myIpAddress myPrincipalId keyVaultName"
    ).split()
)
VARIABLES = set(
    (
        "AZURE_ENV_NAME MY_IP_ADDRESS MY_USER_ID USE_REDIS_CACHE_APIM SECONDARY_OPENAI_LOCATION APIM_NAME"
    ).split()
)


def test_the_predecessors_parameters_and_variables_keep_their_names(own: Sources) -> None:
    """source: Azure/enterprise-azureai 3e6c97f, infra/main.bicep and infra/main.parameters.json.

    Without the chat sample's, and without what the configuration says now (docs/upgrade.md lists them).
    """
    declared = {item.name for item in parse(own.bicep["infra/main.bicep"], "main").of("param")}
    assert declared >= PARAMETERS
    assert set(re.findall(r"\$\{(\w+)", own.texts["infra/main.parameters.json"])) >= VARIABLES


KEYS = {
    "AzureMonitor:DataCollectionEndPoint",
    "AzureMonitor:DataCollectionRuleImmutableId",
    "AzureMonitor:DataCollectionRuleStream",
    "EntraId:TenantId",
    "AzureAIProxy:ProxyConfig",
}


def test_the_predecessors_settings_keep_their_keys(own: Sources) -> None:
    """source: Azure/enterprise-azureai 3e6c97f, infra/modules/appconfig/appconfig-proxy.bicep."""
    assert set(re.findall(r"key: '([^']+)'", own.bicep["infra/modules/app-configuration.bicep"])) >= KEYS


def test_the_tiers_are_those_of_the_configuration(own: Sources, root: Path) -> None:
    tier = parse(own.bicep["infra/main.bicep"], "main").get("apimTier")
    allowed = tier.decorator("allowed") if tier else None
    assert allowed is not None
    written = {value.literal for value in walk(allowed.arguments[0]) if isinstance(value, Text)}
    schema = (root / "config/schemas/gateway.schema.json").read_text("utf-8")
    assert written == set(json.loads(re.search(r'"tier":\s*\{[^}]*"enum":\s*(\[[^\]]*\])', schema)[1]))  # type: ignore[index]


@pytest.mark.parametrize("name", ["proxy"])
def test_the_proxy_is_told_only_variables_that_it_knows(own: Sources, root: Path, name: str) -> None:
    from proxy_addon.settings import PREFIX, options

    known = {f"{PREFIX}{action.dest.upper()}" for action in options()._actions}
    text = own.bicep[f"infra/modules/{name}.bicep"]
    assert set(re.findall(r"GATEWRIGHT_PROXY_\w+", text)) <= known


def test_no_account_has_keys_and_no_deployment_upgrades_by_itself(own: Sources) -> None:
    text = own.bicep["infra/modules/openai.bicep"]
    assert "disableLocalAuth: true" in text
    assert "versionUpgradeOption: 'NoAutoUpgrade'" in text
    models = parse(text, "openai").get("models")
    assert models is not None
    assert models.number("batchSize") == 1
