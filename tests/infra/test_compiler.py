from __future__ import annotations

import pytest

from gatewright.infra.compiler import check_compiler
from gatewright.infra.parse import parse

MODULE = "module a 'a.bicep' = if (yes) {\n  name: 'a'\n}\n"
ALWAYS = MODULE.replace("if (yes) ", "")
RESOURCE = "resource b 'Microsoft.A/b@2020-01-01' = "
EXISTING = RESOURCE.replace("' =", "' existing =")
NAMED = f"{RESOURCE}{{\n  name: 'b'\n"
OTHER = f"{NAMED}}}\n{RESOURCE.replace(' b ', ' c ')}"
LOOP = f"{RESOURCE}[for x in [1]: {{\n  name: 'b${{x}}'\n"


def found(text: str) -> list[str]:
    return [item.code for item in check_compiler(parse(f"param yes bool\n{text}", "main.bicep"))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("var a = [\n  [for x in [1]: x]\n]\n", "INF062"),
        ("var a = {\n  b: [for x in [1]: x]\n}\n", "INF062"),
        ("var a = concat([1], [for x in [1]: x])\n", "INF062"),
        (
            f"{NAMED}  tags: {{\n    c: [for x in [1]: {{\n      d: [for y in [1]: y]\n    }}]\n  }}\n}}\n",
            "INF062",
        ),
        ("var a = x => x\n", "INF062"),
        ("var a = string(x => x)\n", "INF062"),
        ("var a = newGuid()\n", "INF062"),
        (f"{ALWAYS}{RESOURCE}{{\n  name: a.outputs.name\n}}\n", "INF061"),
        (f"{ALWAYS}{RESOURCE}if (a.outputs.on) {{\n  name: 'b'\n}}\n", "INF061"),
        (f"{ALWAYS}var all = a.outputs.all\n{RESOURCE}[for x in all: {{\n  name: x\n}}]\n", "INF061"),
        (
            f"{OTHER}{{\n  name: b.properties.x\n}}\n",
            "INF061",
        ),
        (f"{ALWAYS}var b = [for x in [1]: a.outputs.y]\n", "INF061"),
        (f"{ALWAYS}output b array = [for x in a.outputs.all: x]\n", "INF061"),
        (f"{ALWAYS}{NAMED}  properties: {{\n    c: [for x in a.outputs.all: x]\n  }}\n}}\n", "INF061"),
        (f"{NAMED}}}\nmodule c 'c.bicep' = {{\n  name: string(b)\n}}\n", "INF061"),
        (f"{OTHER}{{\n  name: 'c'\n  location: b.location\n}}\n", "INF061"),
        (f"{OTHER}{{\n  name: 'c'\n  tags: {{\n    d: b.properties.e\n  }}\n}}\n", "INF061"),
        (f"{RESOURCE}{{\n  name: reference('x').y\n}}\n", "INF061"),
        (f"{RESOURCE}if (yes) {{\n  name: 'b'\n}}\noutput x object = b.listKeys()\n", "INF063"),
        (f"{MODULE}output x string = a.outputs.x\n", "INF063"),
        (f"{RESOURCE}if (yes) {{\n  name: 'b'\n}}\noutput x string = b.properties.x\n", "INF063"),
        (
            "module m 'a.bicep' = [for x in [1]: if (yes) {\n  name: 'm${x}'\n}]\n"
            "output x string = m[0].outputs.x\n",
            "INF063",
        ),
    ],
)
def test_what_the_compiler_refuses_is_told(text: str, code: str) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21): BCP138, BCP142, BCP065, BCP120, BCP178, BCP318."""
    assert found(text) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "param id string = newGuid()\n",
        f"{NAMED}}}\nvar c = [for b in []: b.properties.x]\n",
        f"{RESOURCE}[for b in []: {{\n  name: b.called\n}}]\n",
        "var a = [for x in [1]: x]\n",
        "var a = map([1], x => x)\n",
        f"{LOOP}  tags: {{\n    c: [for y in [1]: y]\n  }}\n}}]\n",
        f"{NAMED}  tags: {{\n    c: [\n      {{\n        d: [for y in [1]: y]\n      }}\n    ]\n  }}\n}}\n",
        f"{OTHER}{{\n  name: guid(b.id)\n}}\n",
        f"{ALWAYS}{EXISTING}{{\n  name: a.outputs.name\n}}\n",
        f"{OTHER}{{\n  name: 'c'\n  scope: b\n}}\n",
        f"{RESOURCE}if (yes) {{\n  name: 'b'\n}}\noutput x object = b!.listKeys()\n",
        f"{ALWAYS}output b array = [for x in [1]: a.outputs.y]\n",
        f"{MODULE}output x string = a!.outputs.x\n",
        f"{MODULE}output x string? = a.?outputs.x\n",
        f"{RESOURCE}if (yes) {{\n  name: 'b'\n}}\noutput x string = b.id\n",
    ],
)
def test_what_it_takes_is_not(text: str) -> None:
    assert found(text) == []
