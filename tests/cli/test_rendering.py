"""What a rendered gateway names must be in its bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.cli.rendering import check_files, examine
from tests.cli.conftest import Command


@pytest.fixture
def files(estate: Path) -> dict[str, str]:
    found = examine(estate / "config", "dev", estate / "policies")
    assert found.found == []
    return found.files


def codes(files: dict[str, str]) -> list[tuple[str, str]]:
    found = check_files(files, "b", "StandardV2")
    return [(item.code, item.span.file if item.span else "") for item in found if item.is_error]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('fragment-id="gw-model"', 'fragment-id="gw-modle"', "POL240"),
        ("{{gw-proxy-proof}}", "{{gw-proxy-prof}}", "POL242"),
        ('backend-id="gw-pool-chat"', 'backend-id="gw-pool-chap"', "POL246"),
    ],
)
def test_names_that_nothing_in_the_bundle_has_are_found(
    files: dict[str, str], old: str, new: str, code: str
) -> None:
    [name, *_] = [name for name, text in files.items() if name.endswith(".xml") and old in text]
    assert codes({**files, name: files[name].replace(old, new)}) == [(code, f"b/{name}")]


def test_tenants_of_one_shape_share_a_check_and_not_their_names(files: dict[str, str]) -> None:
    bundle = json.loads(files["bundle.json"])
    product = bundle["products"][0]
    text = '<policies><inbound><base /><set-backend-service backend-id="gw-b-{}" /></inbound></policies>'
    for number in (1, 2, 3):
        other = {**product, "id": f"gw-t{number}", "policy": f"policies/products/gw-t{number}.xml"}
        bundle["products"].append(other)
        files[other["policy"]] = text.format(number)
    single = next(backend for backend in bundle["backends"] if backend["type"] == "Single")
    bundle["backends"] += [{**single, "id": "gw-b-1"}, {**single, "id": "gw-b-2"}]
    files["bundle.json"] = json.dumps(bundle)
    assert codes(files) == [("POL246", "b/policies/products/gw-t3.xml")]


def test_check_and_generate_refuse_a_template_that_names_what_is_not_there(
    estate: Path, gatewright: Command
) -> None:
    found = [path for path in (estate / "policies").rglob("*.j2") if "include-fragment" in path.read_text()]
    path = found[0]
    text = path.read_text()
    start = text.index("<include-fragment")
    end = text.index("/>", start) + 2
    path.write_text(text[:start] + '<include-fragment fragment-id="gw-nobody" />' + text[end:])
    for command in ("check", "generate"):
        result = gatewright(command)
        assert result.status == 1
        assert 'there is no fragment "gw-nobody"' in result.out
    assert not (estate / "build").exists()
