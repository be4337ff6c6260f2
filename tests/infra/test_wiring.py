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
