"""Whether token metrics can arrive: what Bicep sets up, and an existing service must have of its own.

A policy that emits metrics is silent without a diagnostic that sends to Application Insights with metrics on.

Source: https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy (2026-08).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gatewright.apim.bundle import Bundle, inside
from gatewright.deploy import codes
from gatewright.deploy.arm import Arm
from gatewright.deploy.normal import mapping
from gatewright.deploy.service import Answered
from gatewright.diagnostics import Diagnostic

_METRICS = ("llm-emit-token-metric", "azure-openai-emit-token-metric", "emit-metric")
_DIAGNOSTIC = "diagnostics/applicationinsights"


def silent(bundle: Bundle, build_dir: Path, arm: Arm) -> Iterator[Diagnostic]:
    """A warning for each API whose metrics go nowhere; nothing where no policy emits any.

    Raises:
        Rejected: DEP82x when Azure does not answer.
    """
    texts = (inside(build_dir, file).read_text("utf-8") for file in bundle.policy_files())
    if not any(f"<{name}" in text for text in texts for name in _METRICS):
        return
    for api in bundle.apis:
        metrics = _metrics(arm, f"apis/{api.id}/{_DIAGNOSTIC}")
        if metrics is None:
            metrics = _metrics(arm, _DIAGNOSTIC)
        if not metrics:
            why = "there is none" if metrics is None else "it sends no metrics"
            hint = "Application Insights of the service: a logger, and a diagnostic with metrics: true"
            message = f"the token metrics of apis/{api.id} go nowhere: {_DIAGNOSTIC}: {why}"
            yield codes.NO_METRICS.at(None, message, hint=hint)


def _metrics(arm: Arm, path: str) -> bool | None:
    """Whether a diagnostic sends metrics; None where there is none."""
    try:
        found = arm.get(f"GET {path}", f"{arm.target.service_id}/{path}", {"api-version": "2024-05-01"})
    except Answered as answered:
        if answered.status == 404:
            return None
        raise
    return mapping(found.get("properties")).get("metrics") is True
