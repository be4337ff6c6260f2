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
INTERRUPTED = Code("DEP815", "interrupted", Severity.ERROR, "The deployment was told to stop.")
LOCK_KEPT = Code("DEP814", "lock-kept", Severity.WARNING, "The deployment lock could not be given back.")
NO_METRICS = Code(
    "DEP816", "metrics-go-nowhere", Severity.WARNING, "Policies emit metrics that nothing receives."
)
KEYS_OPEN = Code(
    "DEP817", "keys-still-open", Severity.WARNING, "Keys of tenants that are not configured open the gateway."
)
REFUSED = Code("DEP820", "azure-refused", Severity.ERROR, "Azure refused a request.")
FORBIDDEN = Code("DEP821", "azure-forbidden", Severity.ERROR, "Azure does not allow this identity to do it.")
THROTTLED = Code("DEP822", "azure-throttles", Severity.ERROR, "Azure throttles for longer than we wait.")
UNREACHABLE = Code("DEP823", "azure-unreachable", Severity.ERROR, "Azure did not answer.")
NO_SERVICE = Code("DEP824", "no-such-service", Severity.ERROR, "The API Management service is not there.")
SIGN_IN = Code("DEP825", "sign-in-failed", Severity.ERROR, "No identity could be obtained.")
ODD_ANSWER = Code("DEP826", "unexpected-answer", Severity.ERROR, "Azure answered in a way that is not known.")

NO_SUBSCRIPTION = Code(
    "DEP830", "no-such-subscription", Severity.ERROR, "A tenant has no subscription in API Management yet."
)
KEY_UNKNOWN = Code(
    "DEP831", "key-out-of-step", Severity.ERROR, "A Key Vault secret holds neither key of its subscription."
)
ROTATION_OPEN = Code(
    "DEP832", "rotation-open", Severity.ERROR, "The last rotation of a key has not been finished."
)
NO_ROTATION = Code("DEP833", "no-rotation-open", Severity.ERROR, "There is no rotation of a key to finish.")
WHO_UNKNOWN = Code("DEP827", "who-unknown", Severity.WARNING, "The Activity Log cannot be read.")
NO_TENANT_KEY = Code("DEP834", "no-tenant-key", Severity.ERROR, "There is no tenant of this name with a key.")
NOT_OUR_SECRET = Code(
    "DEP835",
    "secret-not-ours",
    Severity.ERROR,
    "A Key Vault secret that is no key stands under a tenant's name.",
)
BROKEN_HTTP_FILE = Code("DEP850", "broken-http-file", Severity.ERROR, "A line of an .http file is none.")
NO_VARIABLE = Code("DEP851", "no-such-variable", Severity.ERROR, "A variable of an .http file has no value.")
NOT_TRUSTED = Code("DEP828", "certificate-not-trusted", Severity.ERROR, "The host could not prove who it is.")
NOT_IMPORTED = Code(
    "DEP860", "not-imported", Severity.WARNING, "Something of an instance has no place in an estate."
)
INCOMPLETE = Code(
    "DEP861",
    "import-incomplete",
    Severity.WARNING,
    "An instance does not know something that an estate needs.",
)
NOT_EMPTY = Code(
    "DEP862",
    "folder-not-empty",
    Severity.ERROR,
    "An import writes into an empty folder only.",
    unreadable=True,
)
