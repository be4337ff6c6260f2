"""Diagnostic codes of deploy and drift."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

BAD_TARGET = Code(
    "DEP801", "target-not-usable", Severity.ERROR, "The target cannot be used as given.", unreadable=True
)
UNFILLED = Code("DEP802", "value-missing", Severity.ERROR, "A value that exists only in Azure is not given.")
BAD_VALUE = Code("DEP803", "value-not-usable", Severity.ERROR, "A value for a placeholder cannot be used.")
NO_POLICY_FILE = Code(
    "DEP804", "no-policy-file", Severity.ERROR, "A policy file of the bundle cannot be read.", unreadable=True
)
NOT_OURS = Code(
    "DEP810", "not-ours", Severity.ERROR, "An entity has the id of ours and does not carry our provenance."
)
CHANGED = Code(
    "DEP811", "changed-meanwhile", Severity.ERROR, "An entity was changed while the deployment ran."
)
IN_PROGRESS = Code(
    "DEP812", "deploy-in-progress", Severity.ERROR, "Another deployment to this service is running."
)
LOCK_LOST = Code("DEP813", "lock-lost", Severity.ERROR, "Another deployment took the lock over.")
LOCK_KEPT = Code("DEP814", "lock-kept", Severity.WARNING, "The deployment lock could not be given back.")
REFUSED = Code("DEP820", "azure-refused", Severity.ERROR, "Azure refused a request.")
FORBIDDEN = Code("DEP821", "azure-forbidden", Severity.ERROR, "Azure does not allow this identity to do it.")
THROTTLED = Code("DEP822", "azure-throttles", Severity.ERROR, "Azure throttles for longer than we wait.")
UNREACHABLE = Code("DEP823", "azure-unreachable", Severity.ERROR, "Azure did not answer.")
NO_SERVICE = Code("DEP824", "no-such-service", Severity.ERROR, "The API Management service is not there.")
SIGN_IN = Code("DEP825", "sign-in-failed", Severity.ERROR, "No identity could be obtained.")
ODD_ANSWER = Code("DEP826", "unexpected-answer", Severity.ERROR, "Azure answered in a way that is not known.")
