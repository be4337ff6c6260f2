from __future__ import annotations

import pytest

from gatewright.infra.deployments import check_circles, check_deployments
from gatewright.infra.parse import parse
from gatewright.infra.typed import typed

GROUP = "resource g 'Microsoft.Resources/resourceGroups@2025-04-01' = {\n  name: 'g'\n}\n"
SUBSCRIPTION = f"targetScope = 'subscription'\n{GROUP}"
ON = f"{SUBSCRIPTION}param on bool\n"
LOOP = "resource a 'Microsoft.A/b@2020-01-01' = [for (x, i) in [1]: {\n  name: 'a${NAME}'\n}]\n"
SEVERAL = LOOP.replace("NAME", "x")


def resource(name: str, body: str = "", kind: str = "Microsoft.A/b") -> str:
    return f"resource {name} '{kind}@2020-01-01' = {{\n  name: 'n'\n{body}}}\n"


def module(name: str, body: str = "", path: str = "m.bicep", called: str = "n") -> str:
    return f"module {name} '{path}' = {{\n  name: '{called}'\n{body}}}\n"


def found(text: str) -> list[str]:
    files = {
        "m.bicep": parse("param p string = ''\n", "m.bicep"),
        "s.bicep": parse("targetScope = 'subscription'\n", "s.bicep"),
    }
    file = parse(text, "main.bicep")
    return [d.code for d in (*check_circles(file), *check_deployments(typed(file, files, {}), files))]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("var a = a\n", ["INF064"]),
        ("var a = b\nvar b = '${a}'\nvar c = b\n", ["INF064", "INF064"]),
        (
            resource("a", "  tags: {\n    x: b.id\n  }\n") + resource("b", "  parent: a\n"),
            ["INF064", "INF064"],
        ),
        (module("a") + module("b"), ["INF065", "INF065"]),
        (resource("a") + resource("b"), ["INF065", "INF065"]),
        (LOOP.replace("${NAME}", ""), ["INF065"]),
        (SEVERAL + resource("b", "  tags: a\n"), ["INF062"]),
        (SEVERAL + resource("b", "  parent: a\n"), ["INF062"]),
        (resource("a") + resource("b", "  parent: a\n  scope: a\n", "Microsoft.A/b/c"), ["INF066"]),
        (resource("a", "  scope: resourceGroup('other')\n"), ["INF066"]),
        (module("a", path="s.bicep"), ["INF066"]),
        (f"{SUBSCRIPTION}{module('a')}", ["INF066"]),
        (SUBSCRIPTION + module("a", "  scope: subscription()\n"), ["INF066"]),
        (ON + module("a", "  scope: on ? g : g\n"), ["INF066"]),
        (module("a", "  params: p\n") + "param p object\n", ["INF062"]),
    ],
)
def test_what_cannot_be_deployed_together_is_told(text: str, codes: list[str]) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), baselines InvalidCycles, InvalidModules, Loops."""
    assert found(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "var a = b\nvar b = 1\nvar c = a\n",
        "@description('x')\noutput a string = a\nvar a = 'x'\n",
        module("a") + module("b", called="other"),
        "param on bool\n" + module("a").replace("= {", "= if (on) {") + module("b"),
        module("a") + module("b", "  scope: resourceGroup('other')\n"),
        resource("a") + resource("b", kind="Microsoft.A/c"),
        SEVERAL,
        SEVERAL.replace("resource a", "resource x").replace("[1]", "[]"),
        LOOP.replace("NAME", "i"),
        SEVERAL + resource("b", "  dependsOn: [\n    a\n  ]\n"),
        SEVERAL + resource("b", "  properties: {\n    of: a[0].id\n    all: map(a, x => x.id)\n  }\n"),
        SUBSCRIPTION + module("a", "  scope: g\n"),
        ON + module("a", "  scope: resourceGroup(on ? g.name : g.name)\n"),
        resource("a") + resource("b", "  scope: a\n", "Microsoft.B/c"),
    ],
)
def test_what_can_is_not(text: str) -> None:
    assert found(text) == []
