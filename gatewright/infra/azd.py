"""azure.yaml: keys that azd knows, files and folders that it names, the resource that a service deploys to.

Source: schema v1.0 of azd (azure-dev ae35809f, 2026-08-21); it lets unknown root keys pass, we do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Rejected, Span, nearest
from gatewright.diagnostics.yaml import Node, Plain, compose
from gatewright.infra import codes
from gatewright.infra.bicep import BicepFile, Object, Text, walk

ROOT_KEYS = frozenset(
    {
        "name",
        "resourceGroup",
        "metadata",
        "infra",
        "services",
        "resources",
        "pipeline",
        "hooks",
        "requiredVersions",
        "state",
        "platform",
        "workflows",
        "cloud",
    }
)
_TAG = "azd-service-name"


def check_azd(root: Path, files: Mapping[str, BicepFile]) -> Iterator[Diagnostic]:
    """Faults of azure.yaml in a folder; a folder without one has none.

    Args:
        root: the folder.
        files: the Bicep files, whose tags say where a service is deployed to.
    """
    path = root / "azure.yaml"
    if not path.is_file():
        return
    try:
        node = compose(path.read_text("utf-8"), "azure.yaml")
    except Rejected as rejected:
        yield from rejected.diagnostics
        return
    content = node.plain()
    if not isinstance(content, dict):
        yield codes.AZD_FILE.at(Span("azure.yaml"), "azure.yaml is no mapping")
        return
    for key in content:
        if key not in ROOT_KEYS:
            near = nearest(key, ROOT_KEYS)
            yield codes.AZD_KEY.at(
                node.key_at((key,)), f"azd knows no {key}", hint=f"did you mean {near}?" if near else None
            )
    yield from _services(root, node, content, _tagged(files))
    yield from _hooks(root, node, content.get("hooks"), ("hooks",))


def _services(
    root: Path, node: Node, content: Mapping[str, Plain], tagged: list[str]
) -> Iterator[Diagnostic]:
    services = content.get("services")
    for name, service in services.items() if isinstance(services, dict) else ():
        where = ("services", name)
        project = service.get("project") if isinstance(service, dict) else None
        folder = root / str(project or ".")
        if not folder.is_dir():
            yield codes.AZD_FILE.at(node.at(where), f"{name}: there is no folder {project}")
        docker = service.get("docker") if isinstance(service, dict) else None
        if isinstance(docker, dict):
            for key, is_there in (("path", Path.is_file), ("context", Path.is_dir)):
                value = docker.get(key)
                if isinstance(value, str) and not is_there(folder / value):
                    yield codes.AZD_FILE.at(node.at((*where, "docker", key)), f"{name}: {value} is not there")
        if tagged.count(name) != 1:
            message = f"{name}: {tagged.count(name)} resources carry its tag {_TAG}, it takes one"
            yield codes.AZD_SERVICE.at(node.key_at(where), message)


def _hooks(root: Path, node: Node, hooks: Plain, where: tuple[str | int, ...]) -> Iterator[Diagnostic]:
    if isinstance(hooks, dict):
        run = hooks.get("run")
        if isinstance(run, str) and run.startswith("./") and not (root / run.split()[0]).is_file():
            yield codes.AZD_FILE.at(node.at((*where, "run")), f"there is no script {run}")
        for key, value in hooks.items():
            yield from _hooks(root, node, value, (*where, key))


def _tagged(files: Mapping[str, BicepFile]) -> list[str]:
    found = []
    for file in files.values():
        for item in file.declarations:
            for value in walk(item.value) if item.value is not None else ():
                tag = value.get(_TAG) if isinstance(value, Object) else None
                if isinstance(tag, Text) and tag.literal is not None:
                    found.append(tag.literal)
    return found
