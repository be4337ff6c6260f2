"""The catalog says what the reference says, but for the differences listed here with their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from gatewright.apim import catalog
from gatewright.apim.catalog import ContentSpec

DIFFERENT = {
    "set-query-parameter/value min",  # not needed with exists-action delete; a combination says so
    "set-body@template values",  # "none" is written by the portal
    "llm-token-limit@estimate-prompt-tokens required",  # its page's own quota sample leaves it out
    "azure-openai-token-limit@estimate-prompt-tokens required",
    "cors/allowed-headers min",  # asked for by the page, left out by policies in use: POL237
    "trace sections",  # public policies trace in on-error
    "trace/message min",
}


def differences(path: str, spec: ContentSpec, entry: dict[str, object]) -> Iterator[str]:
    attributes, children = entry.get("attributes") or {}, entry.get("children") or []
    assert isinstance(attributes, dict)
    assert isinstance(children, list)
    for name, fact in attributes.items():
        known = spec.attributes.get(name)
        if known is None:
            yield f"{path}@{name} missing"
            continue
        if fact.get("required") in (True, False) and fact["required"] != known.required:
            yield f"{path}@{name} required"
        if fact.get("values") and sorted(map(str, fact["values"])) != sorted(known.values):
            yield f"{path}@{name} values"
        if fact.get("expression") == "not-allowed" and known.expression != "no":
            yield f"{path}@{name} expression"
    for child in children:
        found = next((item for item in spec.children if item.element == child["element"]), None)
        if found is None:
            yield f"{path}/{child['element']} missing"
            continue
        if found.min != (child.get("min") or 0):
            yield f"{path}/{child['element']} min"
        if found.max != (None if child.get("max") == "unbounded" else child.get("max")):
            yield f"{path}/{child['element']} max"
        if not found.policy:
            yield from differences(f"{path}/{child['element']}", found, child)


def test_the_catalog_agrees_with_the_reference(test_data: Path) -> None:
    reference = yaml.safe_load((test_data / "reference/policies.yaml").read_text("utf-8"))
    found: set[str] = set()
    for entry in reference["policies"]:
        name, _, variant = entry["name"].partition(" ")
        spec = catalog.find(name)
        assert spec is not None, name
        if not variant:
            found |= set(differences(name, spec, entry))
            if set(entry["sections"]) != spec.sections:
                found.add(f"{name} sections")
    assert found == DIFFERENT
