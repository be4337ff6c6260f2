from __future__ import annotations

import pytest

from gatewright.infra.decorators import check_decorators
from gatewright.infra.parse import parse

LOOP = "resource a 'Microsoft.A/b@2020-01-01' = [for x in [1]: {\n  name: 'a${x}'\n}]\n"


def found(text: str) -> list[str]:
    return [item.code for item in check_decorators(parse(text, "a.bicep"))]


@pytest.mark.parametrize(
    "text",
    [
        "@secure()\nvar a = 1\n",
        "@allowed([\n  'a'\n])\noutput a string = 'a'\n",
        "@secure()\nparam a int\n",
        "@minLength(3)\nparam a int\n",
        "@maxValue(3)\nparam a string\n",
        "@minLength(3)\n@minLength(4)\nparam a string\n",
        "@minLength(5)\n@maxLength(3)\nparam a string\n",
        "type t = {\n  a: string\n}\n@secure()\nparam a t\n",
        "var n = 3\n@maxLength(n)\nparam a string\n",
        "@batchSize(1)\nresource a 'Microsoft.A/b@2020-01-01' = {\n  name: 'a'\n}\n",
        f"@batchSize(0)\n{LOOP}",
    ],
)
def test_a_decorator_where_it_cannot_stand_is_told(text: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), baselines InvalidParameters, InvalidTypeDeclarations."""
    assert found(text) == ["INF067"]


@pytest.mark.parametrize(
    "text",
    [
        "@secure()\nparam a string?\n",
        "@minLength(1)\n@maxLength(3)\nparam a array\n",
        "@minValue(1)\n@maxValue(3)\noutput a int = 2\n",
        "@description('x')\nvar a = 1\n",
        f"@batchSize(1)\n{LOOP}",
    ],
)
def test_a_decorator_where_it_may_stand_is_not(text: str) -> None:
    assert found(text) == []
