"""The estate before its parts are checked against each other: what could be declared, which names exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewright.estate.backends import Endpoint, ModelAlias
from gatewright.estate.estate import Sources
from gatewright.estate.gateway import Gateway
from gatewright.estate.tenants import Plan, Tenant


@dataclass(frozen=True, slots=True)
class Names:
    """The ids that some file declares, well or badly; a reference to one of them is no second fault."""

    endpoints: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """What the files declare, as far as each thing is right by itself; by id, sorted."""

    gateway: Gateway | None
    endpoints: Mapping[str, Endpoint]
    models: Mapping[str, ModelAlias]
    plans: Mapping[str, Plan]
    tenants: Mapping[str, Tenant]
    sources: Sources
    names: Names = field(default_factory=Names)
