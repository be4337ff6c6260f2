"""Faults with a place, a code and a way out; YAML with positions; renderers.

The ground floor: this room imports no other room of Gatewright.
"""

from gatewright.diagnostics.model import Code, Diagnostic, Rejected, Severity, Span, nearest

__all__ = ["Code", "Diagnostic", "Rejected", "Severity", "Span", "nearest"]
