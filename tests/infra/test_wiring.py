from __future__ import annotations

import pytest

from tests.infra.sources import small

MODULE = """@description('x')
param name string
@description('x')
@secure()
param key string = ''
var used = 'kv-${key}-x'
resource r 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: used
}
@description('x')
output id string = '${name}-${r.id}'
@description('x')
output length int = length(name)

"""


def main(body: str, used: str = "m.outputs.id") -> str:
    return f"""module m 'modules/m.bicep' = {{
  name: 'm'
  params: {{
    {body}
  }}
}}
@description('x')
output o string = {used}
"""


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (main("name: 'a'"), []),
        (main("key: 'a'"), ["INF022"]),
        (main("name: 'a'\n    nme: 'b'"), ["INF021"]),
        (main("name: 5"), ["INF023"]),
        (main("name: []"), ["INF023"]),
        (main("name: 'a'", "m.outputs.ids"), ["INF024"]),
        (main("name: 'a'", "m.id"), ["INF024"]),
        (main("name: 'a'", "m.outputs.length"), ["INF023"]),
        (main("name: 'a'").replace("modules/m.bicep", "modules/n.bicep"), ["INF020"]),
        (main("name: loadTextContent('nothing.kql')"), ["INF020"]),
    ],
)
def test_module_calls_fit_the_module(text: str, codes: list[str]) -> None:
    assert small(text, m=MODULE).codes() == codes


TYPED = """type place = {
  @description('x')
  name: string
  @description('x')
  size: int?
}
@description('x')
@minLength(3)
@maxLength(9)
param name string
@description('x')
param places place[] = []
@description('x')
output all array = [name, string(places)]
"""


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ("name: 'abc'\n    places: [{ name: 'a' }]", []),
        ("name: 'abc'\n    places: null", []),
        ("name: 'ab'", ["INF035"]),
        ("name: null", ["INF023"]),
        ("name: 'abc'\n    places: [{ size: 3 }]", ["INF033"]),
        ("name: 'abc'\n    places: [{ name: 'a', sice: 3 }]", ["INF032"]),
        ("name: 'abc'\n    places: [{ name: 'a', size: '3' }]", ["INF023"]),
        ("name: maybe", ["INF063"]),
        ("name: '${uniqueString('a')}-longer'", ["INF035"]),
        ("name: 'a${uniqueString('a')}'", ["INF035"]),
    ],
)
def test_arguments_fit_the_types_of_the_module(given: str, codes: list[str]) -> None:
    """source: Azure/bicep 9beb0fee (2026-08-21), TypeValidator: BCP033 to 037, 321, 333 to 335."""
    text = "@description('x')\nparam maybe string?\n" if "maybe" in given else ""
    text += main(given, "string(m.outputs.all)").replace("m.bicep", "t.bicep")
    assert sorted(set(small(text, t=TYPED).codes())) == codes


def test_an_output_that_is_marked_secure_may_hold_a_secret() -> None:
    text = "@description('x')\n@secure()\nparam key string\n"
    text += "@description('x')\n@secure()\noutput o string = key\n"
    assert small(text).codes() == []
    assert small(text.replace("@secure()\noutput", "output")).codes() == ["INF025"]


@pytest.mark.parametrize("value", ["key", "'${key}'", "hidden", "a.listKeys().keys[0].value"])
def test_a_secret_in_an_output_is_told(value: str) -> None:
    text = f"""@description('x')
@secure()
param key string
var hidden = 'k-${{key}}'
resource a 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {{
  name: hidden
}}
@description('x')
output id string = a.id
@description('x')
output o string = {value}
"""
    assert "INF025" in small(text).codes()
    assert "INF025" not in small(text.replace(f"o string = {value}", "o string = 'x'")).codes()
