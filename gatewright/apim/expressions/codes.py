"""The fault codes of policy expressions, EXP3xx."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

NOT_AN_EXPRESSION = Code(
    "EXP300", "not-an-expression", Severity.ERROR, "The text is not one whole @(...) or @{...}."
)
SYNTAX = Code("EXP301", "csharp-syntax", Severity.ERROR, "The text between the brackets is not C#.")
NOT_SUPPORTED = Code(
    "EXP302", "construct-not-supported", Severity.ERROR, "A C# construct that is not interpreted here."
)
UNKNOWN_NAME = Code("EXP303", "unknown-name", Severity.ERROR, "A name that is neither declared nor a type.")
UNKNOWN_MEMBER = Code("EXP304", "unknown-member", Severity.ERROR, "A type has no such member.")
WRONG_TYPE = Code("EXP305", "type-mismatch", Severity.ERROR, "A value cannot become the type needed here.")
NO_OVERLOAD = Code("EXP306", "no-such-overload", Severity.ERROR, "No form of a member takes these arguments.")
NO_RETURN = Code(
    "EXP307", "not-all-paths-return", Severity.ERROR, "A path through @{...} ends without return."
)
NOT_ALLOWED = Code(
    "EXP308", "not-allowed-in-policies", Severity.ERROR, "API Management does not allow this type or member."
)
TOO_COMPLEX = Code(
    "EXP309", "expression-too-complex", Severity.ERROR, "The expression is too long or too deep."
)
INVALID = Code("EXP310", "csharp-rule", Severity.ERROR, "The text breaks another rule of C#.")
NOT_EMULATED = Code(
    "EXP311",
    "member-not-emulated",
    Severity.ERROR,
    "A member that .NET has and that is not interpreted here.",
)
NO_DYNAMIC = Code(
    "EXP312", "dynamic-not-available", Severity.ERROR, "API Management does not compile the type dynamic."
)
