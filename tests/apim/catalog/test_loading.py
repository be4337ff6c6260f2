from __future__ import annotations

from importlib.resources import files

import pytest
from pydantic import ValidationError

from gatewright.apim import catalog


@pytest.mark.parametrize("name", sorted(catalog.names()))
def test_an_entry_can_be_read(name: str) -> None:
    spec = catalog.find(name)
    assert spec is not None
    assert spec.element == name
    assert spec.about.endswith(".")
    assert spec.source.page
    assert spec.gateways or spec.status in ("undocumented", "retired")


def test_unknown_names_have_no_entry() -> None:
    assert catalog.find("set-headr") is None
    assert catalog.find("../catalog/elements/base") is None


def test_there_are_no_other_files() -> None:
    folder = files("gatewright.apim.catalog") / "elements"
    assert sorted(item.name for item in folder.iterdir()) == sorted(
        f"{name}.yaml" for name in catalog.names()
    )


@pytest.mark.parametrize(
    "change",
    [
        {"sections": ["inbound", "middle"]},
        {"scopes": ["planet"]},
        {"gateways": ["v3"]},
        {"colour": "red"},
        {"attributes": {"a": {"type": "enum"}}},
        {"attributes": {"a": {"type": "string", "values": ["b"]}}},
    ],
)
def test_a_wrong_entry_is_refused(change: dict[str, object]) -> None:
    entry: dict[str, object] = {
        "element": "a",
        "about": "Does a.",
        "sections": ["inbound"],
        "scopes": ["api"],
        "gateways": ["v2"],
        "source": {"page": "a-policy"},
    }
    catalog.PolicySpec.model_validate(entry)
    with pytest.raises(ValidationError):
        catalog.PolicySpec.model_validate({**entry, **change})
