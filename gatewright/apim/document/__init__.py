"""Policy documents: tolerant spanned reader, canonical writer, composition, what Azure would refuse."""

from gatewright.apim.document.composition import DEFAULT_GLOBAL, EffectivePolicy, compose
from gatewright.apim.document.expression_places import CheckExpression, expression_faults
from gatewright.apim.document.model import (
    Attribute,
    Comment,
    Document,
    Element,
    Kind,
    Node,
    Scope,
    Section,
    Text,
)
from gatewright.apim.document.reader import Limits, parse_policy, read, scan
from gatewright.apim.document.references import Known, reference_faults
from gatewright.apim.document.source import ValueSource
from gatewright.apim.document.validation import TIERS, Sizes, validate
from gatewright.apim.document.values import Content, Expression, Literal, parse_value
from gatewright.apim.document.wellformed import is_well_formed, parse_hardened
from gatewright.apim.document.writer import write, write_element

__all__ = [
    "DEFAULT_GLOBAL",
    "TIERS",
    "Attribute",
    "CheckExpression",
    "Comment",
    "Content",
    "Document",
    "EffectivePolicy",
    "Element",
    "Expression",
    "Kind",
    "Known",
    "Limits",
    "Literal",
    "Node",
    "Scope",
    "Section",
    "Sizes",
    "Text",
    "ValueSource",
    "compose",
    "expression_faults",
    "is_well_formed",
    "parse_hardened",
    "parse_policy",
    "parse_value",
    "read",
    "reference_faults",
    "scan",
    "validate",
    "write",
    "write_element",
]
