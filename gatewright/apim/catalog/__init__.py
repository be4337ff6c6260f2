"""What each policy element may look like: one file an element, read when it is first asked for."""

from gatewright.apim.catalog.loading import find, names
from gatewright.apim.catalog.spec import (
    AttributeSpec,
    ChildSpec,
    Combination,
    ContentSpec,
    Expressions,
    Gateway,
    Once,
    PolicySpec,
    Status,
    TextContent,
    ValueType,
)

__all__ = [
    "AttributeSpec",
    "ChildSpec",
    "Combination",
    "ContentSpec",
    "Expressions",
    "Gateway",
    "Once",
    "PolicySpec",
    "Status",
    "TextContent",
    "ValueType",
    "find",
    "names",
]
