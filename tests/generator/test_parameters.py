from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from gatewright.diagnostics import Rejected
from generator.parameters import AZD_VALUES, parameters
from generator.plan import Plan, plan
from tests.generator.estates import estate

SCHEMAS = "https://schema.management.azure.com/schemas/"


@pytest.fixture(scope="session")
def validator(test_data: Path) -> Draft4Validator:
    """The schema of parameter files with the schemas it refers to.

    source: Azure/azure-resource-manager-schemas, a1454431 (2026-08-16).
    """
    folder = test_data / "schemas" / "arm-templates"

    def load(name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
        return loaded

    registry: Registry[Any] = Registry().with_resources(
        (SCHEMAS + url, Resource.from_contents(load(name), default_specification=DRAFT4))
        for url, name in (
            ("2019-04-01/deploymentTemplate.json", "deploymentTemplate-2019-04-01.json"),
            ("common/definitions.json", "common-definitions.json"),
            ("2024-05-01/Microsoft.ApiManagement.json", "Microsoft.ApiManagement-2024-05-01.json"),
        )
    )
    return Draft4Validator(load("deploymentParameters-2019-04-01.json"), registry=registry)


@pytest.fixture
def sample(tmp_path: Path) -> Plan:
    return plan(estate(tmp_path))


def value(sample: Plan, name: str) -> object:
    found: dict[str, dict[str, dict[str, object]]] = json.loads(json.dumps(parameters(sample)))
    return found["parameters"][name]["value"]


def test_the_example_is_a_parameter_file(example: dict[str, str], validator: Draft4Validator) -> None:
    validator.validate(json.loads(example["main.parameters.json"]))


def test_the_schema_refuses_what_is_no_parameter_file(
    example: dict[str, str], validator: Draft4Validator
) -> None:
    broken = json.loads(example["main.parameters.json"])
    broken["parameters"]["location"] = "westeurope"
    assert not validator.is_valid(broken)


def test_only_the_named_parameters_are_left_to_azd(example: dict[str, str]) -> None:
    given = json.loads(example["main.parameters.json"])["parameters"]
    left = {name: item["value"] for name, item in given.items() if "$" in json.dumps(item)}
    assert left == AZD_VALUES


def test_the_predecessors_azd_variables_keep_their_names() -> None:
    """source: Azure/enterprise-azureai 3e6c97f, infra/main.parameters.json."""
    names = {
        "environmentName": "AZURE_ENV_NAME",
        "myIpAddress": "MY_IP_ADDRESS",
        "myPrincipalId": "MY_USER_ID",
        "useRedisCacheForAPIM": "USE_REDIS_CACHE_APIM",
        "secondaryOpenAILocation": "SECONDARY_OPENAI_LOCATION",
        "apimServiceName": "APIM_NAME",
    }
    assert {name: AZD_VALUES[name].strip("${}").partition("=")[0] for name in names} == names


def test_a_variable_of_azd_in_another_place_is_refused(sample: Plan) -> None:
    gateway = sample.estate.gateway
    publisher = gateway.publisher.model_copy(update={"name": "${MY_USER_ID}"})
    changed = replace(sample.estate, gateway=gateway.model_copy(update={"publisher": publisher}))
    with pytest.raises(Rejected):
        parameters(replace(sample, estate=changed))


def test_an_endpoint_is_told_by_account_or_by_url(sample: Plan) -> None:
    endpoints = value(sample, "endpoints")
    assert isinstance(endpoints, list)
    north, south = endpoints
    assert (north["account"], "url" in north) == ("sample-north", False)
    assert (south["url"], "account" in south) == ("https://sample-south.openai.azure.com", False)
    assert north["deployments"][1] == {
        "name": "gpt-ptu",
        "model": "gpt-4.1",
        "version": "2025-04-14",
        "sku": "ProvisionedManaged",
        "capacity": 50,
    }


def test_tenants_are_told_by_ids_and_secret_names_alone(sample: Plan) -> None:
    assert value(sample, "tenants") == [
        {"id": "retail-search", "subscription": "gw-retail-search", "keyVaultSecret": "retail-search-key"}
    ]
    assert value(sample, "keyVaultSecretNames") == {
        "proxyProof": "gateway-proxy-proof",
        "userKey": "gateway-user-key",
    }


def test_a_dollar_that_is_not_ours_is_refused(sample: Plan) -> None:
    gateway = sample.estate.gateway
    publisher = gateway.publisher.model_copy(update={"name": "Team ${AZURE_ENV_NAME}"})
    changed = replace(sample.estate, gateway=gateway.model_copy(update={"publisher": publisher}))
    with pytest.raises(Rejected) as refused:
        parameters(replace(sample, estate=changed))
    assert [(item.code, item.message) for item in refused.value.diagnostics] == [
        ("GEN405", "publisherName holds $")
    ]
