"""Codes of the policy rooms: POL200–POL249 is what Azure would refuse, POL250–POL299 is advice.

Advice codes are declared beside their rule in `lint/pol2xx_<name>.py`.
"""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

_E, _W = Severity.ERROR, Severity.WARNING

NOT_WELL_FORMED = Code("POL200", "not-well-formed", _E, "The text is not well-formed markup.")
NOT_CLOSED = Code("POL201", "element-not-closed", _E, "An element is opened and not closed, or closed twice.")
EXPRESSION_NOT_CLOSED = Code(
    "POL202", "expression-not-closed", _E, "A policy expression has no end, or a bracket without its partner."
)
DUPLICATE_ATTRIBUTE = Code("POL203", "duplicate-attribute", _E, "An element names an attribute twice.")
FORBIDDEN_MARKUP = Code(
    "POL204", "forbidden-markup", _E, "Document types, entities and processing instructions are refused."
)
FORBIDDEN_CHARACTER = Code("POL205", "forbidden-character", _E, "XML 1.0 does not allow this character.")
TOO_LARGE = Code("POL206", "too-large", _E, "A document is larger, or nested deeper, than can be accepted.")
SIZE_ADVICE = Code("POL207", "near-size-limit", _W, "A document is larger than some services accept.")
WRONG_ROOT = Code("POL208", "wrong-root", _E, "The root element is not the one this kind of file has.")
MIXED_VALUE = Code(
    "POL209",
    "mixed-value",
    _W,
    "An expression must be the whole value; here text stands beside it.",
)
UNKNOWN_ELEMENT = Code("POL210", "unknown-element", _E, "No policy element has this name.")
UNKNOWN_ATTRIBUTE = Code("POL211", "unknown-attribute", _E, "The element has no such attribute.")
MISSING_ATTRIBUTE = Code("POL212", "missing-attribute", _E, "A required attribute is missing.")
BAD_LITERAL = Code("POL213", "bad-literal", _E, "A value does not have the type its attribute asks for.")
OUT_OF_RANGE = Code("POL214", "out-of-range", _E, "A number is below or above what is allowed.")
NOT_IN_ENUM = Code("POL215", "not-in-list", _E, "A value is none of the listed ones.")
EXPRESSION_NOT_ALLOWED = Code(
    "POL216", "expression-not-allowed", _E, "The attribute or text takes no policy expression."
)
ATTRIBUTE_RULE = Code("POL217", "attribute-combination", _E, "The attributes or children do not go together.")
UNEXPECTED_TEXT = Code("POL218", "unexpected-text", _E, "The element takes no text.")
WRONG_SECTION = Code("POL220", "wrong-section", _E, "The element is not allowed in this section.")
WRONG_SCOPE = Code("POL221", "wrong-scope", _E, "The element is not allowed at this scope.")
WRONG_TIER = Code("POL222", "wrong-tier", _E, "The gateway of this tier does not have the element.")
ONCE_ONLY = Code("POL223", "once-only", _E, "The element may stand only once.")
BAD_SECTION = Code("POL224", "bad-section", _E, "A section is unknown, repeated or at the wrong place.")
BACKEND_SECTION = Code("POL225", "backend-holds-one", _E, "The backend section holds exactly one element.")
UNLISTED_SECTION = Code(
    "POL227",
    "unlisted-section",
    _W,
    "The element's page does not list this section, yet policies use it there.",
)
NO_PLACE = Code("POL226", "no-place", _E, "The element stands where no policy element may stand.")
MISSING_CHILD = Code("POL230", "missing-child", _E, "A required child element is missing.")
REPEATED_CHILD = Code("POL231", "repeated-child", _E, "A child element stands more often than allowed.")
CHILD_ORDER = Code("POL232", "child-order", _E, "Child elements stand in the wrong order.")
UNKNOWN_CHILD = Code("POL233", "unknown-child", _E, "The element has no such child.")
TOO_MANY_DIMENSIONS = Code("POL234", "too-many-dimensions", _E, "A metric has more than five dimensions.")
COMMENT_IN_TAG = Code(
    "POL235", "comment-in-tag", _W, "A comment stands between attributes, where XML allows none."
)
UNDOCUMENTED = Code("POL236", "undocumented-element", _W, "The element is retired or not documented.")
LEFT_OUT = Code(
    "POL237",
    "left-out-child",
    _W,
    "The element's page asks for a child that policies in use leave out.",
)
UNKNOWN_FRAGMENT = Code("POL240", "unknown-fragment", _E, "An included fragment does not exist.")
FRAGMENT_CONTENT = Code("POL241", "fragment-content", _E, "A fragment holds what a fragment must not hold.")
UNKNOWN_NAMED_VALUE = Code("POL242", "unknown-named-value", _E, "A named value does not exist.")
NESTED_BASE = Code("POL243", "nested-base", _E, "<base /> stands inside another element.")
UNCHECKED_EXPRESSION = Code(
    "POL244",
    "unchecked-expression",
    _W,
    "An expression uses C# that is not interpreted here, so that the rest of it was not checked.",
)
PLACEHOLDER = Code(
    "POL245", "open-placeholder", _W, "A placeholder of another tool must be filled in before Azure sees it."
)
UNKNOWN_BACKEND = Code("POL246", "unknown-backend", _E, "A backend id does not exist in the bundle.")
