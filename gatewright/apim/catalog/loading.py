"""Reads the catalog's files, each when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from gatewright.apim.catalog.spec import PolicySpec
from gatewright.diagnostics import yaml

_SUFFIX = ".yaml"


@cache
def names() -> frozenset[str]:
    """The names of all elements in the catalog."""
    folder = files(__package__) / "elements"
    return frozenset(
        item.name.removesuffix(_SUFFIX) for item in folder.iterdir() if item.name.endswith(_SUFFIX)
    )


@cache
def find(name: str) -> PolicySpec | None:
    """The entry of an element, or None where no policy element has this name."""
    if name not in names():
        return None
    path = files(__package__) / "elements" / f"{name}{_SUFFIX}"
    node = yaml.compose(path.read_text(encoding="utf-8"), f"{name}{_SUFFIX}")
    spec = PolicySpec.model_validate(node.plain())
    if spec.element != name:
        raise ValueError(f"{name}{_SUFFIX} describes {spec.element}")
    return spec
