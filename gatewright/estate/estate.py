"""The estate: what the platform team declared, merged for one environment and cross-checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewright.diagnostics import Diagnostic, Span
from gatewright.diagnostics.yaml import Node, Path
from gatewright.estate.backends import Deployment, Endpoint, ModelAlias, PoolMember
from gatewright.estate.gateway import Gateway
from gatewright.estate.tenants import Plan, Tenant


@dataclass(frozen=True, slots=True)
class Sources:
    """The merged nodes behind each declared thing, by id: where each value in force is written.

    A tenant's node is merged from the gateway's defaults, its plan, its file and the environment.
    """

    gateway: Node
    endpoints: Mapping[str, Node] = field(default_factory=dict)
    models: Mapping[str, Node] = field(default_factory=dict)
    plans: Mapping[str, Node] = field(default_factory=dict)
    tenants: Mapping[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estate:
    """What is in force in one environment. All mappings are sorted by id.

    Inside one thing (a tenant's models, an endpoint's deployments) the order is that of the files: the
    gateway's defaults first, then the plan's keys, then the tenant's.

    Attributes:
        environment: the environment's name, such as `dev`.
        gateway: the service and what all share.
        endpoints: Azure OpenAI accounts by id.
        models: model aliases with their pools, by alias.
        plans: plans by id.
        tenants: tenants by id, everything merged.
        sources: where each value is written.
        warnings: what was found that stops nothing.
    """

    environment: str
    gateway: Gateway
    endpoints: Mapping[str, Endpoint]
    models: Mapping[str, ModelAlias]
    plans: Mapping[str, Plan]
    tenants: Mapping[str, Tenant]
    sources: Sources
    warnings: tuple[Diagnostic, ...] = ()

    def deployment(self, member: PoolMember) -> Deployment:
        """The deployment of a pool member."""
        return self.endpoints[member.endpoint].deployments[member.deployment]

    def where(self, tenant: str, path: Path) -> Span:
        """Where a tenant's value in force at a path of YAML keys is written."""
        return self.sources.tenants[tenant].at(path)
