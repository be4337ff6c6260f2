"""The C# expressions of a rendered build, and what .NET gave for those that decide something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from tests.generator.estates import xpath

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "expressions" / "example.yaml").read_text(encoding="utf-8")
)


def expression(build: Mapping[str, str], case: Mapping[str, Any]) -> str:
    """The expression that a case is about."""
    (found,) = xpath(etree.fromstring(build[case["file"]].encode()), case["xpath"])
    return str(found)


def every_expression(build: Mapping[str, str]) -> list[str]:
    """All expressions of a build, each once, sorted."""
    values = (
        str(value).strip()
        for name, text in build.items()
        if name.endswith(".xml")
        for value in xpath(etree.fromstring(text.encode()), "//@* | //*/text()")
    )
    return sorted({value for value in values if value.startswith(("@(", "@{"))})
