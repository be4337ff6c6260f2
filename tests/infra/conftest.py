"""The repository's own infrastructure as texts, and Azure's types."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.infra.resource_types import ResourceTypes
from tests.infra.sources import Sources, sources


@pytest.fixture(scope="session")
def own(root: Path) -> Sources:
    return sources(root)


@pytest.fixture(scope="session")
def types(test_data: Path) -> ResourceTypes:
    """source: Azure/bicep-types-az 1f896de2 (2026-08-20)."""
    return ResourceTypes(test_data / "schemas" / "bicep-types")
