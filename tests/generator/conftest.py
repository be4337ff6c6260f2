"""The example estate, rendered once, and the templates of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.estate import load
from generator import generate

VERSION = "0.0.0"


@pytest.fixture(scope="session")
def templates(root: Path) -> Path:
    return root / "policies"


@pytest.fixture(scope="session")
def example(root: Path, templates: Path) -> dict[str, str]:
    """Every file of the example estate's `dev` build."""
    return generate(load(root / "config", "dev"), templates=templates, version=VERSION)
