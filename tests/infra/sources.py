"""Texts that `check_texts` takes: the repository's with a freshly rendered parameter file, or small ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gatewright.estate import load
from gatewright.infra.check import PARAMETERS, check_texts
from gatewright.infra.resource_types import ResourceTypes
from generator import generate


@dataclass(frozen=True, slots=True)
class Sources:
    bicep: dict[str, str]
    texts: dict[str, str]

    def codes(self, types: ResourceTypes | None = None) -> list[str]:
        return sorted(item.code for item in check_texts(self.bicep, self.texts, types))


def sources(root: Path) -> Sources:
    bicep = {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in (root / "infra").rglob("*.bicep")}
    loaded = [p for suffix in ("json", "kql", "md") for p in (root / "infra").rglob(f"*.{suffix}")]
    loaded.append(root / "proxy_addon/sinks/columns.json")
    texts = {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in loaded}
    rendered = generate(load(root / "config", "dev"), templates=root / "policies", version="0.0.0")
    return Sources(dict(sorted(bicep.items())), {**texts, PARAMETERS: rendered["main.parameters.json"]})


def small(main: str, **modules: str) -> Sources:
    files = {f"infra/modules/{name}.bicep": text for name, text in modules.items()}
    return Sources({"infra/main.bicep": main, **files}, {})
