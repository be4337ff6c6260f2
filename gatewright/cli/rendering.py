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
from gatewright.apim.document import Kind, Known, Scope
from gatewright.chargeback.meters import meters, unpriced
from gatewright.chargeback.rate_rows import rate_rows
from gatewright.chargeback.ratecard import RateCards, load_ratecards
from gatewright.diagnostics import Diagnostic, Rejected
from gatewright.estate import Estate, load
from generator import generate

_NUMBER = re.compile(r"[0-9]+")
_NAMED = re.compile(r"""(?:backend|fragment)-id\s*=\s*(?:"[^"]*"|'[^']*')|\{\{[^{}]*\}\}""")


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
    cards = _prices(config, estate, found)
    if estate is None:
        return Examined(None, {}, {}, found)
    try:
        rates = list(rate_rows(meters(estate), cards)) if cards is not None else []
        files = generate(estate, templates=templates, version=__version__, rates=rates)
    except Rejected as rejected:
        return Examined(estate, {}, {}, [*found, *rejected.diagnostics])
    shown = {f"build/{environment}/{name}": text for name, text in files.items()}
    found.extend(check_files(files, f"build/{environment}", estate.gateway.tier))
    return Examined(estate, files, shown, found)


def check_files(files: dict[str, str], folder: str, tier: str) -> Iterator[Diagnostic]:
    """What Azure would refuse and what we advise, for each policy document of a rendered gateway.

    Documents that differ in nothing but a tenant's id and numbers, both checked by the estate, share a check
    as long as it finds nothing: thousands of tenants have a handful of shapes. What they name (fragments,
    named values, backends) must be the same.
    """
    bundle = Bundle.read(files[NAME], f"{folder}/{NAME}")
    known = known_names(bundle)
    sound: set[tuple[str, frozenset[str], Kind, Scope | None]] = set()
    for name, kind, scope in placed_policies(bundle):
        text = files[name]
        shape = (_shape(text, PurePosixPath(name).stem, bundle.marker), _named(text), kind, scope)
        if shape in sound:
            continue
        found = list(
            policyfile.check(text, f"{folder}/{name}", kind=kind, scope=scope, tier=tier, known=known)
        )
        if not found:
            sound.add(shape)
        yield from found


def known_names(bundle: Bundle) -> Known:
    """What a policy of a bundle may name."""
    return Known(
        frozenset(item.id for item in bundle.fragments),
        frozenset(item.display_name for item in bundle.named_values),
        frozenset(item.id for item in bundle.backends),
    )


def _shape(text: str, entity: str, marker: str) -> str:
    return _NUMBER.sub("0", text.replace(entity.removeprefix(marker), "\0"))


def _named(text: str) -> frozenset[str]:
    return frozenset(found[0] for found in _NAMED.finditer(text))


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


def _prices(config: Path, estate: Estate | None, found: list[Diagnostic]) -> RateCards | None:
    try:
        cards = load_ratecards(config / "prices")
    except Rejected as rejected:
        found.extend(rejected.diagnostics)
        return None
    if estate is not None:
        found.extend(unpriced(estate, cards, datetime.now(UTC)))
    return cards
