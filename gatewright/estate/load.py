"""Loading: files → merged nodes → declared things → cross-checked `Estate`.

The layers of a tenant, later over earlier: the gateway's `tenantDefaults` → its plan → its file → the
environment's file → its own `environments.<environment>`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected, nearest
from gatewright.diagnostics.render import ordered
from gatewright.diagnostics.yaml import Node
from gatewright.estate.backends import DEFAULT_MARKER, Endpoint, ModelAlias
from gatewright.estate.border import Thing, declare
from gatewright.estate.checks import cross_check
from gatewright.estate.codes import (
    DUPLICATE_ID,
    FILE_NAME,
    MISSING_KEY,
    NOT_A_MAPPING,
    UNKNOWN_KEY,
    UNKNOWN_REFERENCE,
)
from gatewright.estate.draft import Draft, Names
from gatewright.estate.estate import Estate, Sources
from gatewright.estate.files import Files, read_files
from gatewright.estate.gateway import Gateway
from gatewright.estate.merge import EMPTY, merge, merged, moved, select, without
from gatewright.estate.quantities import printable, shown
from gatewright.estate.tenants import Plan, Tenant, TenantSettings

SHARED_KEYS = tuple(field.alias or name for name, field in TenantSettings.model_fields.items())
"""The keys that a plan hands on to its tenants."""

_SECTIONS = ("gateway", "tenantDefaults", "plans", "endpoints", "models", "tenants")


def load(config_dir: Path, environment: str) -> Estate:
    """The estate of one environment, merged and cross-checked.

    Args:
        config_dir: the folder with `gateway.yaml`, `backends/`, `plans/`, `tenants/` and `environments/`.
        environment: the name of a file in `environments/`, such as `dev`.

    Raises:
        Rejected: every fault of every file, ordered by place, warnings included.
    """
    draft, found = inspect(config_dir, environment)
    faults = ordered(found)
    if draft.gateway is None or any(item.is_error for item in faults):
        raise Rejected(faults)
    return Estate(
        environment,
        draft.gateway,
        draft.endpoints,
        draft.models,
        draft.plans,
        draft.tenants,
        draft.sources,
        tuple(faults),
    )


def inspect(config_dir: Path, environment: str) -> tuple[Draft, list[Diagnostic]]:
    """What could be declared, and everything that was found, in no order."""
    with _collector_paused():
        files = read_files(config_dir, environment)
        faults = files.faults
        loading = _Loading(environment, files, _sections(files.environment, faults), faults)
        draft = loading.draft()
        faults.extend(cross_check(draft))
    return draft, faults


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection meanwhile: a load makes millions of objects and drops few, in no cycles.

    10,000 tenants load in half the time so.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _sections(overlay: Node, faults: list[Diagnostic]) -> dict[str, Node]:
    """The sections of an environment's file; what is no mapping is left out after a fault."""
    found: dict[str, Node] = {}
    for name, section in _items(overlay):
        if name not in _SECTIONS:
            close = nearest(name, _SECTIONS)
            hint = f"did you mean {close}?" if close else f"known here: {', '.join(_SECTIONS)}"
            faults.append(UNKNOWN_KEY.at(overlay.keys[name], f"{shown(name)} is not a known key", hint=hint))
        elif section.value is not None and _is_mapping(section, name, faults):
            found[name] = section
    return found


def _is_mapping(node: Node, name: str, faults: list[Diagnostic]) -> bool:
    if isinstance(node.value, Mapping):
        return True
    message = f"{printable(name)} is not a mapping"
    faults.append(NOT_A_MAPPING.at(node.span, message, hint="write key: value pairs"))
    return False


def _items(node: Node) -> Iterable[tuple[str, Node]]:
    return node.value.items() if isinstance(node.value, Mapping) else ()


@dataclass(slots=True)
class _Loading:
    """One load: the files in, the draft out, faults on the way."""

    environment: str
    files: Files
    sections: Mapping[str, Node]
    faults: list[Diagnostic]

    def draft(self) -> Draft:
        gateway_node = self.gateway_node()
        gateway = declare(Gateway, gateway_node, self.faults) if self.files.gateway else None
        context = {"marker": gateway.marker if gateway else DEFAULT_MARKER}
        endpoint_files, model_files = self.backend_files()
        endpoints = self.declared("endpoint", "endpoints", endpoint_files)
        models = self.declared("model", "models", model_files)
        plans = self.declared("plan", "plans", self.files.folders["plans"])
        tenants = self.tenant_nodes(gateway_node.get(["tenantDefaults"]) or EMPTY, plans)
        broken = self.files.broken
        names = Names(
            frozenset(endpoints) | broken["backends"],
            frozenset(models) | broken["backends"],
            frozenset(plans) | broken["plans"],
            frozenset(tenants) | broken["tenants"],
        )
        self.check_overlays(names)
        return Draft(
            gateway,
            self.things(Endpoint, endpoints, context),
            self.things(ModelAlias, models, context),
            self.things(Plan, plans, context),
            self.things(Tenant, tenants, context),
            Sources(gateway_node, endpoints, models, plans, tenants),
            names,
        )

    def things(
        self, kind: type[Thing], nodes: Mapping[str, Node], context: Mapping[str, str]
    ) -> dict[str, Thing]:
        found = ((name, declare(kind, node, self.faults, context)) for name, node in nodes.items())
        return {name: thing for name, thing in found if thing is not None}

    def gateway_node(self) -> Node:
        own = self.files.gateway or EMPTY
        layers = [own, self.sections.get("gateway", EMPTY)]
        if "tenantDefaults" in self.sections:
            layers.append(select(self.files.environment, ["tenantDefaults"]))
        return moved(merged(layers), own.span)

    def backend_files(self) -> tuple[dict[str, Node], dict[str, Node]]:
        """The files of backends/, apart: those with the key `endpoint`, and those with `model`."""
        endpoints: dict[str, Node] = {}
        models: dict[str, Node] = {}
        for name, node in self.files.folders["backends"].items():
            if node.get(["endpoint"]) is not None:
                endpoints[name] = node
            elif node.get(["model"]) is not None:
                models[name] = node
            else:
                message = "this file declares neither an endpoint nor a model alias"
                hint = f"add endpoint: {name} or model: {name}"
                self.faults.append(MISSING_KEY.at(node.span, message, hint=hint))
        return endpoints, models

    def declared(self, key: str, section: str, files: Mapping[str, Node]) -> dict[str, Node]:
        """Files of one kind by the id they declare, sorted, with the environment's section over each."""
        found: dict[str, Node] = {}
        for name, node in self.by_id(key, files).items():
            found[name] = moved(merge(node, self.overlay(section, name, key)), node.span)
        return found

    def by_id(self, key: str, files: Mapping[str, Node]) -> dict[str, Node]:
        """Files of one kind by the id they declare, sorted; the first of two with one id (cases folded)."""
        found: dict[str, Node] = {}
        folded: dict[str, Node] = {}
        for file, node in files.items():
            written = node.get([key])
            name = written.value if written is not None and isinstance(written.value, str) else file
            if written is not None and name != file:
                hint = f"rename the file to {name}.yaml, or write {key}: {file}"
                message = f"{key} {shown(name)} stands in a file called {file}.yaml"
                self.faults.append(FILE_NAME.at(written.span, message, hint=hint))
            first = folded.setdefault(name.casefold(), node)
            if first is not node:
                place = written.span if written is not None else node.span
                message = f"{key} {shown(name)} is declared already in {first.at([key])}"
                self.faults.append(DUPLICATE_ID.at(place, message, hint="give one of them another id"))
                continue
            found[name] = node
        return dict(sorted(found.items()))

    def overlay(self, section: str, name: str, key: str) -> Node:
        """What the environment's file lays over one thing."""
        node = self.sections.get(section, EMPTY).get([name])
        if node is None or node.value is None or not _is_mapping(node, name, self.faults):
            return EMPTY
        if key in node.keys:
            message = f'"{key}" cannot be changed by an environment'
            self.faults.append(UNKNOWN_KEY.at(node.keys[key], message, hint="remove it"))
            return without(node, key)
        return node

    def check_overlays(self, names: Names) -> None:
        """A fault for each id in the environment's file that no file declares."""
        for section, known in (
            ("endpoints", names.endpoints),
            ("models", names.models),
            ("plans", names.plans),
            ("tenants", names.tenants),
        ):
            node = self.sections.get(section, EMPTY)
            for name in (name for name, _ in _items(node) if name not in known):
                close = nearest(name, known)
                message = f"{shown(name)} in {section} is not declared"
                hint = (
                    f"did you mean {close}?" if close else f"declared: {', '.join(sorted(known)) or 'none'}"
                )
                self.faults.append(UNKNOWN_REFERENCE.at(node.keys[name], message, hint=hint))

    def tenant_nodes(self, defaults: Node, plans: Mapping[str, Node]) -> dict[str, Node]:
        """Each tenant's layers, merged, sorted by id."""
        bases: dict[str | None, Node] = {None: defaults}
        for name, plan in plans.items():
            bases[name] = merge(defaults, select(plan, SHARED_KEYS))
        found: dict[str, Node] = {}
        for name, file in self.by_id("tenant", self.files.folders["tenants"]).items():
            own = self.own_environments(file)
            tenant = without(file, "environments") if "environments" in file.keys else file
            over = self.overlay("tenants", name, "tenant")
            found[name] = self.tenant_node(bases, tenant, [over, own.get(self.environment, EMPTY)])
            for environment, layer in own.items():
                if environment != self.environment:
                    self.check_elsewhere(self.tenant_node(bases, tenant, [layer]))
        return found

    def check_elsewhere(self, tenant: Node) -> None:
        """Faults of a tenant in another environment, so that what is wrong in prod does not wait for prod.

        What is missing may stand in that environment's file, which is not read here.
        """
        found: list[Diagnostic] = []
        declare(Tenant, tenant, found)
        self.faults.extend(item for item in found if item.kind is not MISSING_KEY)

    def tenant_node(self, bases: Mapping[str | None, Node], tenant: Node, over: list[Node]) -> Node:
        """A tenant with its layers; an environment may move it to another plan."""
        plan = next((p.value for p in (n.get(["plan"]) for n in (*reversed(over), tenant)) if p), None)
        base = bases.get(plan) if isinstance(plan, str) else None
        layers = [base or bases[None], tenant, *(layer for layer in over if layer is not EMPTY)]
        return moved(merged(layers), tenant.span)

    def own_environments(self, tenant: Node) -> dict[str, Node]:
        """A tenant's own `environments`, by name; each must be an environment of the estate."""
        node = tenant.get(["environments"])
        if node is None or node.value is None or not _is_mapping(node, "environments", self.faults):
            return {}
        found: dict[str, Node] = {}
        for name, layer in _items(node):
            if name not in self.files.environments:
                close = nearest(name, self.files.environments)
                known = ", ".join(self.files.environments) or "none"
                hint = f"did you mean {close}?" if close else f"there are: {known}"
                message = f"there is no environment {shown(name)}"
                self.faults.append(UNKNOWN_REFERENCE.at(node.keys[name], message, hint=hint))
            elif layer.value is not None and _is_mapping(layer, name, self.faults):
                if "tenant" in layer.keys:
                    message = '"tenant" cannot be changed by an environment'
                    self.faults.append(UNKNOWN_KEY.at(layer.keys["tenant"], message, hint="remove it"))
                    layer = without(layer, "tenant")
                found[name] = layer
        return found
