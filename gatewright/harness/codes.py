"""Diagnostic codes of the emulator: what it refuses at load."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

UNKNOWN_ELEMENT = Code(
    "EMU501", "element-not-emulated", Severity.ERROR, "The emulator does not run this policy element."
)
UNKNOWN_ATTRIBUTE = Code(
    "EMU502", "attribute-not-emulated", Severity.ERROR, "The emulator does not run this attribute."
)
UNKNOWN_CHILD = Code(
    "EMU503", "child-not-emulated", Severity.ERROR, "The emulator does not run this child element."
)
MISSING_ATTRIBUTE = Code(
    "EMU504", "attribute-missing", Severity.ERROR, "A policy element lacks an attribute that it needs."
)
BAD_VALUE = Code("EMU505", "value-not-usable", Severity.ERROR, "An attribute's value cannot be used.")
WRONG_SECTION = Code(
    "EMU506", "wrong-section", Severity.ERROR, "A policy element stands in a section where it cannot run."
)
NO_POLICY_FILE = Code(
    "EMU510",
    "no-policy-file",
    Severity.ERROR,
    "A policy file of the bundle cannot be read.",
    unreadable=True,
)
NO_NAMED_VALUE = Code(
    "EMU511", "named-value-without-value", Severity.ERROR, "A named value has no value here."
)
NO_KEY = Code("EMU512", "subscription-without-key", Severity.ERROR, "A subscription has no usable key here.")
BACKEND_NOT_EMULATED = Code(
    "EMU520",
    "backend-not-emulated",
    Severity.ERROR,
    "The emulator does not run this property of a backend.",
)
NO_BACKEND = Code("EMU521", "no-such-backend", Severity.ERROR, "A policy names a backend that is not there.")
TIER_LACKS = Code(
    "EMU530", "tier-lacks-element", Severity.ERROR, "The service tier does not have this policy element."
)
