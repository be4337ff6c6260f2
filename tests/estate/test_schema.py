from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gatewright.diagnostics.yaml import Plain, compose
from gatewright.estate.schema import schemas

ROOT = Path(__file__).parents[2]
FILES = sorted(f for f in (ROOT / "config").rglob("*.yaml") if f.parent.name != "prices")


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schemas()[name]))


def told(name: str, document: Plain) -> list[str]:
    return sorted(error.json_path for error in validator(name).iter_errors(document))


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_is_a_schema_and_stands_on_disk(name: str) -> None:
    text = schemas()[name]

    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    assert (ROOT / "config" / "schemas" / name).read_text(encoding="utf-8") == text, "run: gatewright schema"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_of_the_example_names_its_schema_and_follows_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    path = file.parent / first.removeprefix("# yaml-language-server: $schema=")

    assert path.resolve().parent == ROOT / "config" / "schemas"
    assert told(path.name, compose(text, str(file)).plain()) == []


TENANT: dict[str, Any] = {
    "tenant": "one",
    "displayName": "One",
    "owner": {"team": "t", "contact": "c", "costCenter": "1"},
    "plan": "standard",
    "access": [{"subscriptionKey": {"keyVaultSecret": "k"}}],
}


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"models": {"chat": {"tokensPerMinute": 5}, "small": {"tokensPerMinute": "60k"}, "x1": None}}, []),
        ({"models": {"chat": {"tokensPerMinute": "60 k"}}}, ["$.models"]),
        ({"models": {"Chat": {}}}, ["$.models"]),
        ({"semanticCache": {}}, ["$.semanticCache"]),
        ({"budget": {"usd": 1, "per": "month", "warnAt": ["50%"]}}, []),
        ({"budget": {"usd": 1, "per": "30d"}}, ["$.budget"]),
        ({"displayName": "{{x}}"}, ["$.displayName"]),
        ({"enviroments": {}}, ["$"]),
        ({"environments": {"prod": {"models": {"chat": {"tokenQuota": {"tokens": 5}}}}}}, []),
        ({"environments": {"prod": {"models": {"chat": {"tokensPerMinute": "x"}}}}}, ["$.environments.prod"]),
        ({"environments": {"prod": {"access": [{}]}}}, []),
        ({"access": []}, ["$.access"]),
        ({"streamUsage": None, "cache": None}, []),
    ],
)
def test_the_tenant_schema_says_what_loading_says(more: dict[str, Any], wrong: list[str]) -> None:
    assert told("tenant.schema.json", {**TENANT, **more}) == wrong


def test_nothing_is_required_of_an_environment_except_inside_lists() -> None:
    part: Plain = {"models": {"chat": {"pool": [{"endpoint": "north"}]}}, "tenants": {"one": {}}}

    assert told("environment.schema.json", {"tenants": {"one": {"owner": {"team": "x"}}}}) == []
    assert told("environment.schema.json", part) == ["$.models.chat"]


def test_every_option_says_what_it_is() -> None:
    for name, text in schemas().items():
        document = json.loads(text)
        for where, definition in [(name, document), *document["$defs"].items()]:
            for key, option in definition.get("properties", {}).items():
                about = option.get("description") or document["$defs"].get(
                    str(option.get("$ref", "")).removeprefix("#/$defs/"), {}
                ).get("description")
                assert about or "anyOf" in option, f"{where}.{key}"
