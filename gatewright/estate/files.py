"""The files of a configuration folder: read, decoded, composed; all faults of all files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected, Span, nearest
from gatewright.diagnostics.yaml import NO_FILE, Node, compose, decode
from gatewright.estate.codes import NOT_A_MAPPING, STRAY_FILE, UNKNOWN_ENVIRONMENT
from gatewright.estate.merge import EMPTY, empty_values
from gatewright.estate.quantities import shown
from gatewright.estate.texts import ENVIRONMENT

FOLDERS = ("backends", "plans", "tenants")
_FOLDERS_READ = (*FOLDERS, "environments", "prices")


@dataclass(frozen=True, slots=True)
class Files:
    """The composed files of a configuration folder.

    Attributes:
        gateway: `gateway.yaml`, or None when it cannot be used.
        environment: `environments/<env>.yaml`; empty when it cannot be used.
        folders: by folder, the files by name without `.yaml`, sorted.
        broken: by folder, the names of files that cannot be used.
        environments: the names of all environments, sorted.
        faults: what is wrong with them; a broken file is left out, the others are there.
    """

    gateway: Node | None
    environment: Node
    folders: Mapping[str, Mapping[str, Node]]
    broken: Mapping[str, frozenset[str]]
    environments: tuple[str, ...]
    faults: list[Diagnostic] = field(default_factory=list)


def read_files(config_dir: Path, environment: str) -> Files:
    """Every file that the estate of one environment is made of; prices belong to chargeback, not here."""
    faults: list[Diagnostic] = []
    root = config_dir.as_posix()
    if not config_dir.is_dir():
        hint = "pass the folder with gateway.yaml: --config DIR"
        faults.append(NO_FILE.at(Span(root), "there is no such folder", hint=hint))
        return Files(None, EMPTY, {f: {} for f in FOLDERS}, {f: frozenset() for f in FOLDERS}, (), faults)
    names = _environment_names(root, faults)
    gateway = _one(f"{root}/gateway.yaml", faults)
    overlay = _overlay(root, environment, names, faults)
    found = {name: dict(_folder(f"{root}/{name}", faults)) for name in FOLDERS}
    folders = {f: {name: node for name, node in items.items() if node} for f, items in found.items()}
    broken = {f: frozenset(name for name, node in items.items() if not node) for f, items in found.items()}
    faults.extend(_strays(f"{root}/environments", _entries(f"{root}/environments", [])))
    faults.extend(_strays_above(_entries(root, faults)))
    return Files(gateway, overlay, folders, broken, names, faults)


def _environment_names(root: str, faults: list[Diagnostic]) -> tuple[str, ...]:
    names = (entry.name for entry in _entries(f"{root}/environments", faults))
    return tuple(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def _entries(path: str, faults: list[Diagnostic]) -> list[os.DirEntry[str]]:
    """What stands in a folder, sorted by name; nothing where there is no such folder."""
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    except OSError as refusal:
        faults.append(_unreadable(path, refusal))
        return []


def _overlay(root: str, environment: str, names: tuple[str, ...], faults: list[Diagnostic]) -> Node:
    path = f"{root}/environments/{environment}.yaml"
    if environment in names:
        try:
            ENVIRONMENT.read(environment)
        except ValueError as refusal:
            faults.append(UNKNOWN_ENVIRONMENT.at(Span(path), refusal.args[0], hint=refusal.args[1]))
        return _one(path, faults, may_be_empty=True) or EMPTY
    close = nearest(environment, names)
    known = f"there are {', '.join(names)}" if names else f"add {root}/environments/{environment}.yaml"
    hint = f"did you mean {close}?" if close else known
    message = f"there is no environment {shown(environment)}"
    faults.append(UNKNOWN_ENVIRONMENT.at(Span(f"{root}/environments"), message, hint=hint))
    return EMPTY


def _folder(path: str, faults: list[Diagnostic]) -> Iterator[tuple[str, Node | None]]:
    entries = _entries(path, faults)
    for entry in entries:
        if entry.name.endswith(".yaml") and not entry.is_dir():
            yield entry.name.removesuffix(".yaml"), _one(f"{path}/{entry.name}", faults)
    faults.extend(_strays(path, entries))


def _strays(path: str, entries: Iterable[os.DirEntry[str]]) -> Iterator[Diagnostic]:
    """YAML files that a person would expect to be read: `.yml`, `.YAML`, or in a folder below."""
    for entry in entries:
        place = Span(f"{path}/{entry.name}")
        if entry.is_dir():
            if _holds_yaml(entry):
                yield STRAY_FILE.at(
                    place, "files in folders below are not read", hint=f"move them to {path}/"
                )
        elif _looks_like_yaml(entry.name) and not entry.name.endswith(".yaml"):
            hint = f"rename it to {entry.name.rsplit('.', 1)[0]}.yaml"
            yield STRAY_FILE.at(place, "only files ending in .yaml are read", hint=hint)


def _strays_above(entries: Iterable[os.DirEntry[str]]) -> Iterator[Diagnostic]:
    """YAML beside `gateway.yaml`, and folders of YAML that nothing reads."""
    for entry in entries:
        place = Span(entry.path)
        if entry.is_dir():
            if entry.name not in _FOLDERS_READ and _holds_yaml(entry):
                close = nearest(entry.name, _FOLDERS_READ)
                hint = f"did you mean {close}/?" if close else f"read are {', '.join(_FOLDERS_READ)}"
                yield STRAY_FILE.at(place, "this folder is not read", hint=hint)
        elif _looks_like_yaml(entry.name) and entry.name != "gateway.yaml":
            yield STRAY_FILE.at(place, "this file is not read", hint="here, only gateway.yaml is read")


def _holds_yaml(folder: os.DirEntry[str]) -> bool:
    # Nothing in there is read, so that it is no fault when it cannot be.
    return any(_looks_like_yaml(entry.name) for entry in _entries(folder.path, []))


def _looks_like_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _one(path: str, faults: list[Diagnostic], *, may_be_empty: bool = False) -> Node | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
        node = compose(decode(data, path), path)
    except OSError as refusal:
        faults.append(_unreadable(path, refusal))
        return None
    except Rejected as refusal:
        faults.extend(refusal.diagnostics)
        return None
    if node.value is None and may_be_empty:
        return None
    if not isinstance(node.value, Mapping):
        faults.append(NOT_A_MAPPING.at(node.span, "the file holds no mapping", hint="write key: value pairs"))
        return None
    faults.extend(empty_values(node))
    return node


def _unreadable(path: str, refusal: OSError) -> Diagnostic:
    if isinstance(refusal, FileNotFoundError):
        return NO_FILE.at(Span(path), "there is no such file", hint="create it, or pass --config DIR")
    return NO_FILE.at(
        Span(path), f"the file cannot be read: {refusal.strerror}", hint="check its permissions"
    )
