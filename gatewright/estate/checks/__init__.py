"""Checks of the parts of an estate against each other. Each yields what it finds."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diagnostics import Diagnostic
from gatewright.estate.checks.backends import check_backends
from gatewright.estate.checks.ceilings import check_ceilings
from gatewright.estate.checks.service import check_service
from gatewright.estate.checks.tenants import check_tenants
from gatewright.estate.draft import Draft

__all__ = ["cross_check"]


def cross_check(draft: Draft) -> Iterator[Diagnostic]:
    """Everything that is wrong between the parts of an estate."""
    yield from check_service(draft)
    yield from check_backends(draft)
    yield from check_tenants(draft)
    yield from check_ceilings(draft)
