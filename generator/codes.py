"""The faults of rendering and building, `GEN400` to `GEN409` (`GEN410` and up belong to the bundle)."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

_E = Severity.ERROR

NO_TEMPLATE = Code("GEN400", "no-template", _E, "A policy template cannot be read.", unreadable=True)
BROKEN_TEMPLATE = Code("GEN401", "broken-template", _E, "A policy template is not valid Jinja.")
TEMPLATE_FAILED = Code("GEN402", "template-failed", _E, "A policy template failed while it was rendered.")
NOT_WELL_FORMED = Code("GEN403", "not-well-formed", _E, "A rendered policy is not well-formed XML.")
NO_PROVENANCE = Code("GEN404", "no-provenance", _E, "A rendered policy does not say that it is generated.")
UNSAFE_PARAMETER = Code("GEN405", "unsafe-parameter", _E, "A text would be replaced during deployment.")
NOT_DEPLOYABLE = Code("GEN406", "not-deployable", _E, "An entity breaks a rule of API Management.")
CANNOT_WRITE = Code("GEN407", "cannot-write", _E, "A generated file cannot be written.", unreadable=True)
