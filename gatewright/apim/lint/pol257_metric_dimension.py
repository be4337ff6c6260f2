"""A metric dimension takes a value of its own for every call, or says who a person is.

Why: each combination of dimension values is a time series, and a region of a subscription has 50,000 in
twelve hours; beyond, data is dropped. Metrics are kept long and read widely: no place for personal data.

Bad:
    <dimension name="Request" value="@(context.RequestId.ToString())" />

Good:
    <dimension name="Tenant" value='@((string)context.Variables["tenant"])' />

Source: https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy (2026-06-15).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.apim.lint.subject import Subject
from gatewright.diagnostics import Code, Diagnostic, Severity

CODE = Code(
    "POL257",
    "metric-dimension",
    Severity.WARNING,
    "A dimension has no bounds or is personal.",
)

_METRICS = ("azure-openai-emit-token-metric", "emit-metric", "llm-emit-token-metric")
_UNBOUNDED = re.compile(
    r"context\.(?:RequestId|Timestamp|Elapsed|Request\.(?:Body|(?:Original)?Url(?!\.(?:Host|Scheme|Port))"
    r"|Headers)|Response\.Body)|Guid\.NewGuid|DateTime(?:Offset)?\.|new Random"
)
_PERSONAL = re.compile(r"context\.(?:Request\.IpAddress|User\.(?:Email|FirstName|LastName|Note))")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Dimensions whose value comes from what differs call by call."""
    for use in subject.uses:
        visit = use.visit
        if visit.element.name != "dimension" or not visit.parents or visit.parents[-1].name not in _METRICS:
            continue
        personal, unbounded = _PERSONAL.search(use.source), _UNBOUNDED.search(use.source)
        found = personal or unbounded
        if found:
            message = "this says who a person is" if personal else "this differs call by call, without bounds"
            hint = "use an id that the platform gives out: tenant, product, model"
            yield CODE.at(use.span_at(found.start(), found.end()), message, hint=hint)
