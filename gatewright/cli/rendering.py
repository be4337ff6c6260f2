"""Configuration → rendered gateway → findings: what `check`, `generate`, `serve` and `replay` share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from gatewright import __version__
from gatewright.apim import policyfile
from gatewright.apim.bundle import NAME, Bundle
from gatewright.apim.document import Kind, Scope
from gatewright.chargeback.meters import unpriced
from gatewright.chargeback.ratecard import load_ratecards
from gatewright.diagnostics import Diagnostic, Rejected
from gatewright.estate import Estate, load
from generator import generate

_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Examined:
    """A configuration with what was found in it and in what it renders to.

    Attributes:
        estate: the estate, or None when the configuration is faulty.
        files: relative path → text of `build/<env>/`.
        texts: the rendered files by the name that findings use.
        found: every finding.
    """

    estate: Estate | None
    files: dict[str, str]
    texts: dict[str, str]
    found: list[Diagnostic]

    def summary(self) -> str:
        """One line for a person."""
        if self.estate is None:
            return "the configuration cannot be used"
        estate = self.estate
        errors = sum(item.is_error for item in self.found)
        return (
            f"{estate.environment}: {len(estate.tenants)} tenants, {len(estate.models)} models, "
            f"{len(estate.endpoints)} endpoints; {len(self.files)} files rendered; "
            f"{errors} errors, {len(self.found) - errors} warnings"
        )


def examine(config: Path, environment: str, templates: Path) -> Examined:
    """Loads, renders and checks a configuration; faults are collected, not raised."""
    found: list[Diagnostic] = []
    estate = _estate(config, environment, found)
    _prices(config, estate, found)
    if estate is None:
        return Examined(None, {}, {}, found)
    try:
        files = generate(estate, templates=templates, version=__version__)
    except Rejected as rejected:
        return Examined(estate, {}, {}, [*found, *rejected.diagnostics])
    shown = {f"build/{environment}/{name}": text for name, text in files.items()}
    found.extend(check_files(files, f"build/{environment}", estate.gateway.tier))
    return Examined(estate, files, shown, found)


def check_files(files: dict[str, str], folder: str, tier: str) -> Iterator[Diagnostic]:
    """What Azure would refuse and what we advise, for each policy document of a rendered gateway.

    Documents that differ in nothing but a tenant's id and numbers, both checked by the estate, share a check
    as long as it finds nothing: thousands of tenants have a handful of shapes.
    """
    bundle = Bundle.read(files[NAME], f"{folder}/{NAME}")
    sound: set[tuple[str, Kind, Scope | None]] = set()
    for name, kind, scope in placed_policies(bundle):
        shape = (_shape(files[name], PurePosixPath(name).stem, bundle.marker), kind, scope)
        if shape in sound:
            continue
        found = list(policyfile.check(files[name], f"{folder}/{name}", kind=kind, scope=scope, tier=tier))
        if not found:
            sound.add(shape)
        yield from found


def _shape(text: str, entity: str, marker: str) -> str:
    return _NUMBER.sub("0", text.replace(entity.removeprefix(marker), "\0"))


def placed_policies(bundle: Bundle) -> Iterator[tuple[str, Kind, Scope | None]]:
    """Each policy file of a bundle with its kind and the scope it stands at; a fragment stands anywhere."""
    if bundle.service.global_policy:
        yield bundle.service.global_policy, Kind.POLICIES, Scope.GLOBAL
    for api in bundle.apis:
        if api.policy:
            yield api.policy, Kind.POLICIES, Scope.API
        for operation in api.operations:
            if operation.policy:
                yield operation.policy, Kind.POLICIES, Scope.OPERATION
    for product in bundle.products:
        if product.policy:
            yield product.policy, Kind.POLICIES, Scope.PRODUCT
    for fragment in bundle.fragments:
        yield fragment.file, Kind.FRAGMENT, None


def _estate(config: Path, environment: str, found: list[Diagnostic]) -> Estate | None:
    try:
        estate = load(config, environment)
    except Rejected as rejected:
        found.extend(rejected.diagnostics)
        return None
    found.extend(estate.warnings)
    return estate


def _prices(config: Path, estate: Estate | None, found: list[Diagnostic]) -> None:
    try:
        cards = load_ratecards(config / "prices")
    except Rejected as rejected:
        found.extend(rejected.diagnostics)
        return
    if estate is not None:
        found.extend(unpriced(estate, cards, datetime.now(UTC)))
