from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gatewright.estate import load
from gatewright.infra.check import PARAMETERS
from generator import generate
from tests.infra.sources import Sources


def changed(own: Sources, **values: object) -> list[str]:
    content = json.loads(own.texts[PARAMETERS])
    for name, value in values.items():
        content["parameters"].pop(name, None)
        if value is not None:
            content["parameters"][name] = {"value": value}
    return replace(own, texts={**own.texts, PARAMETERS: json.dumps(content)}).codes()


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []),
        ({"location": None}, ["INF022"]),
        ({"locations": "x"}, ["INF021"]),
        ({"apimUnits": "1"}, ["INF023"]),
        ({"endpoints": {}}, ["INF023"]),
        ({"useEventHubs": "${USE_EVENT_HUBS}"}, ["INF023"]),
        ({"apimUnits": "${APIM_NAME}"}, ["INF023"]),
        ({"myIpAddress": "${MY_IP_ADRESS}"}, ["INF041"]),
        ({"proxyImageName": "${SERVICE_PROXY_IMAGE_NAME}"}, []),
    ],
)
def test_the_file_fits_the_parameters_of_main(
    own: Sources, values: dict[str, object], codes: list[str]
) -> None:
    assert changed(own, **values) == codes


@pytest.mark.parametrize("text", ["{", "[]", '{"parameters": []}'])
def test_what_is_no_parameter_file_is_told(own: Sources, text: str) -> None:
    assert replace(own, texts={**own.texts, PARAMETERS: text}).codes() == ["INF040"]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_environment_of_the_example_fits(root: Path, own: Sources, environment: str) -> None:
    rendered = generate(load(root / "config", environment), templates=root / "policies", version="0")
    assert replace(own, texts={**own.texts, PARAMETERS: rendered["main.parameters.json"]}).codes() == []
