"""All checks of infrastructure at once: what `gatewright check --infra` runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.infra import codes
from gatewright.infra.azd import check_azd
from gatewright.infra.bicep import BicepFile
from gatewright.infra.compiler import check_compiler
from gatewright.infra.decorators import check_decorators
from gatewright.infra.deployments import check_circles, check_deployments
from gatewright.infra.linter import check_linter
from gatewright.infra.names import check_names
from gatewright.infra.parameters import check_parameters, documented_variables
from gatewright.infra.parse import parse
from gatewright.infra.reads import check_reads
from gatewright.infra.resource_types import ResourceTypes
from gatewright.infra.resources import check_resources
from gatewright.infra.symbols import check_symbols
from gatewright.infra.typed import typed
from gatewright.infra.wiring import check_wiring

MAIN = "infra/main.bicep"
PARAMETERS = "infra/main.parameters.json"
README = "infra/README.md"
_LOADED = (".json", ".kql", ".xml", ".md")


def check_infra(root: Path, types: Path | None = None) -> Iterator[Diagnostic]:
    """Every fault of infra/, its parameter file and azure.yaml in a folder.

    Args:
        root: the repository.
        types: Azure's resource types (a copy of bicep-types-az with its two indexes), or None: then
            what needs them is left out.
    """
    bicep, texts = _read(root)
    yield from check_texts(bicep, texts, ResourceTypes(types) if types is not None else None)
    files, _ = _parsed(bicep)
    yield from check_azd(root, files)


def check_texts(
    bicep: Mapping[str, str], texts: Mapping[str, str], types: ResourceTypes | None
) -> Iterator[Diagnostic]:
    """Faults of Bicep files and the parameter file, as texts.

    Args:
        bicep: Bicep files by name (`infra/main.bicep`).
        texts: what they load, the parameter file and the README of infra/, by name.
        types: Azure's types, or None.
    """
    files, faults = _parsed(bicep)
    yield from faults
    circles = [fault for file in files.values() for fault in check_circles(file)]
    yield from circles
    for file in files.values():
        yield from check_symbols(file)
        yield from check_decorators(file)
        if not circles:
            yield from _check_types(file, files, texts, types)
    main = files.get(MAIN)
    if main is None:
        if MAIN not in bicep:
            yield codes.NOT_READ.at(Span(MAIN), "there is no main.bicep", hint="run this in the repository")
        return
    if not circles:
        yield from check_names(main, files, texts, types)
    if PARAMETERS in texts:
        yield from check_parameters(
            texts[PARAMETERS], PARAMETERS, main, documented_variables(texts.get(README, ""))
        )


def _check_types(
    file: BicepFile,
    files: Mapping[str, BicepFile],
    texts: Mapping[str, str],
    types: ResourceTypes | None,
) -> Iterator[Diagnostic]:
    found = typed(file, files, texts)
    yield from found.faults
    yield from check_wiring(found, files, texts)
    yield from check_linter(found)
    yield from check_compiler(file)
    yield from check_deployments(found, files)
    if types is not None:
        yield from check_resources(found, types)
        yield from check_reads(file, types)


def _parsed(bicep: Mapping[str, str]) -> tuple[dict[str, BicepFile], list[Diagnostic]]:
    files, faults = dict[str, BicepFile](), list[Diagnostic]()
    for name, text in bicep.items():
        try:
            files[name] = parse(text, name)
        except Rejected as rejected:
            faults.extend(rejected.diagnostics)
    return files, faults


def _read(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    bicep, texts = dict[str, str](), dict[str, str]()
    columns = [path for path in (root / "proxy_addon/sinks/columns.json",) if path.is_file()]
    for path in (*sorted((root / "infra").rglob("*")), *columns):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".bicep":
            bicep[name] = path.read_text("utf-8")
        elif path.suffix in _LOADED and path.is_file():
            texts[name] = path.read_text("utf-8")
    return bicep, texts
