"""The good documents: hand-written shapes, every element's good cases, and the rendered example estate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gatewright import __version__
from gatewright.diagnostics import yaml
from gatewright.estate import load
from generator import generate

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
SECTIONS = ("inbound", "backend", "outbound", "on-error")


def written() -> Iterator[tuple[str, str]]:
    """Name and text of each hand-written document."""
    entries = yaml.compose((HERE / "corpus.yaml").read_text("utf-8"), "corpus.yaml").plain()
    assert isinstance(entries, list)
    for entry in entries:
        assert isinstance(entry, dict)
        yield str(entry["case"]), str(entry["policy"])


def of_elements() -> Iterator[tuple[str, str]]:
    """Each good case of an element, in a document with all four sections."""
    for path in sorted((HERE.parent / "document/cases").glob("*.yaml")):
        entries = yaml.compose(path.read_text("utf-8"), path.name).plain()
        assert isinstance(entries, dict)
        for element, entry in entries.items():
            assert isinstance(entry, dict)
            good = entry["good"]
            assert isinstance(good, list)
            for number, text in enumerate(good):
                yield f"{element} {number}", _whole(str(text), str(entry["section"]))


def _whole(text: str, section: str) -> str:
    if section == "none":
        return text
    parts = []
    for name in SECTIONS:
        inner = (
            text
            if name == section
            else "<base />"
            if name != "on-error"
            else "<trace source='x'><message>y</message></trace>"
        )
        parts.append(f"    <{name}>\n        {inner}\n    </{name}>\n")
    return f"<policies>\n{''.join(parts)}</policies>\n"


def rendered() -> Iterator[tuple[str, str]]:
    """The policies and fragments of the example estate."""
    files = generate(load(ROOT / "config", "dev"), templates=ROOT / "policies", version=__version__)
    yield from ((name, text) for name, text in files.items() if name.endswith(".xml"))


def documents() -> list[tuple[str, str]]:
    """All of them."""
    return [*written(), *of_elements(), *rendered()]
