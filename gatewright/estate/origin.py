"""Where each setting in force comes from: what `explain` tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatewright.diagnostics import Span
from gatewright.diagnostics.yaml import Node
from gatewright.estate.estate import Estate


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force.

    Attributes:
        path: YAML keys and indexes with dots, such as `models.chat.tokensPerMinute`.
        value: what the file says, as it says it.
        origin: where.
    """

    path: str
    value: str
    origin: Span


def settings(estate: Estate, tenant: str) -> Iterator[Setting]:
    """Every setting of a tenant that some file makes, in the order of the layers.

    Defaults of Gatewright itself stand in no file and are not among them.
    """
    yield from _settings(estate.sources.tenants[tenant], "")


def _settings(node: Node, path: str) -> Iterator[Setting]:
    value = node.value
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            if item.value is not None:
                yield from _settings(item, f"{path}.{key}" if path else key)
    elif isinstance(value, tuple) and value:
        for index, item in enumerate(value):
            yield from _settings(item, f"{path}.{index}")
    else:
        yield Setting(path, _text(node), node.span)


def _text(node: Node) -> str:
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node.value, Mapping | tuple):
        return "{}" if isinstance(node.value, Mapping) else "[]"
    return str(node.value)
