"""The plan as parameters of the infrastructure: `main.parameters.json`.

azd replaces `${NAME}` in string values by its environment; only names written here may be replaced.

Source: https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gatewright.diagnostics import Diagnostic, Rejected
from gatewright.estate import Endpoint
from generator.codes import UNSAFE_PARAMETER
from generator.plan import PROOF_SECRET, USER_KEY_SECRET, Plan, ProductPlan
from generator.routes import Json, routes
from generator.tables import Rows, first_version_routes, tables

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
AZD_VALUES = {
    "environmentName": "${AZURE_ENV_NAME}",
    "apimServiceName": "${APIM_NAME}",
    "useExistingApim": "${USE_EXISTING_APIM=false}",
    "existingApimResourceGroup": "${EXISTING_APIM_RESOURCE_GROUP}",
    "networkMode": "${NETWORK_MODE=private}",
    "existingVnetId": "${EXISTING_VNET_ID}",
    "existingApimSubnetId": "${EXISTING_APIM_SUBNET_ID}",
    "existingAcaSubnetId": "${EXISTING_ACA_SUBNET_ID}",
    "existingPrivateEndpointSubnetId": "${EXISTING_PRIVATE_ENDPOINT_SUBNET_ID}",
    "createPrivateDnsZones": "${CREATE_PRIVATE_DNS_ZONES=true}",
    "useRedisCacheForAPIM": "${USE_REDIS_CACHE_APIM=false}",
    "secondaryOpenAILocation": "${SECONDARY_OPENAI_LOCATION}",
    "useEventHubs": "${USE_EVENT_HUBS=false}",
    "useAppConfiguration": "${USE_APP_CONFIGURATION=true}",
    "useAzurePolicy": "${USE_AZURE_POLICY=false}",
    "myIpAddress": "${MY_IP_ADDRESS}",
    "myPrincipalId": "${MY_USER_ID}",
    "proxyExists": "${SERVICE_PROXY_RESOURCE_EXISTS=false}",
    "proxyImageName": "${SERVICE_PROXY_IMAGE_NAME}",
}
"""Parameters that azd fills from its environment; infra/README.md says what each variable does."""


def parameters(plan: Plan, rates: Rows = ()) -> Mapping[str, Json]:
    """The parameter file of a plan.

    Args:
        plan: what is rendered.
        rates: what tokens cost behind each backend and when; none where nothing is to be priced.

    Raises:
        Rejected: GEN405 where a text holds a `$` that is not ours.
    """
    values = _values(plan, rates)
    found = [fault for name, value in values.items() for fault in _unsafe(name, value)]
    if found:
        raise Rejected(found)
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {name: {"value": value} for name, value in values.items()},
    }


def _values(plan: Plan, rates: Rows) -> dict[str, Json]:
    gateway = plan.estate.gateway
    return {
        **AZD_VALUES,
        "gatewayEnvironment": plan.estate.environment,
        "location": gateway.location,
        "apimName": gateway.name,
        "apimTier": gateway.tier,
        "apimUnits": gateway.units,
        "publisherName": gateway.publisher.name,
        "publisherEmail": gateway.publisher.email,
        "endpoints": [_endpoint(item) for _, item in sorted(plan.estate.endpoints.items())],
        "proxyRoutes": routes(plan),
        "proxyAudience": gateway.proxy_audience or "",
        "proxyCertificate": _certificate(plan),
        "firstVersionRoutes": first_version_routes(plan),
        "keyVaultSecretNames": {"proxyProof": PROOF_SECRET, "userKey": USER_KEY_SECRET},
        "tenants": [_tenant(item) for item in plan.products],
        "usageTables": tables(plan, rates),
    }


def _certificate(plan: Plan) -> Mapping[str, Json]:
    """The client certificate for the proxy: its id, where it comes from, what is believed."""
    found = plan.estate.gateway.proxy_certificate
    if found is None:
        return {"id": "", "keyVaultName": "", "thumbprints": []}
    return {
        "id": plan.certificate_id,
        "keyVaultName": found.key_vault_certificate,
        "thumbprints": list(found.thumbprints),
    }


def _endpoint(endpoint: Endpoint) -> Mapping[str, Json]:
    place = {"url": endpoint.url} if endpoint.url is not None else {"account": endpoint.account}
    return {
        "id": endpoint.id,
        "provider": endpoint.provider,
        "region": endpoint.region,
        **place,
        "deployments": [
            {
                "name": name,
                "model": item.model,
                "version": item.version,
                "sku": item.sku,
                "capacity": item.capacity,
            }
            for name, item in sorted(endpoint.deployments.items())
        ],
    }


def _tenant(item: ProductPlan) -> Mapping[str, Json]:
    return {"id": item.tenant.id, "subscription": item.id, "keyVaultSecret": item.key_vault_secret}


def _unsafe(path: str, value: Json) -> Iterator[Diagnostic]:
    if isinstance(value, str):
        if "$" in value and AZD_VALUES.get(path) != value:
            hint = "remove the $: deployment tools replace ${NAME} in parameters"
            yield UNSAFE_PARAMETER.at(None, f"{path} holds $", hint=hint)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _unsafe(f"{path}.{key}", item)
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            yield from _unsafe(f"{path}[{index}]", item)
