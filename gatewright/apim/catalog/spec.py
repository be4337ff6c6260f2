"""The shape of a catalog entry."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


class ValueType(StrEnum):
    """What the text of an attribute is read as."""

    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    ENUM = "enum"
    DATETIME = "datetime"
    ANY = "any"


class Expressions(StrEnum):
    """Whether an expression may stand here; `unknown`: its page does not say, the general rule is yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class TextContent(StrEnum):
    """What may stand between the tags: nothing, a text, a text or an expression, or any markup."""

    NONE = "none"
    LITERAL = "literal"
    EXPRESSION = "expression"
    MARKUP = "markup"


class Gateway(StrEnum):
    """Kinds of gateways."""

    CLASSIC = "classic"
    V2 = "v2"
    CONSUMPTION = "consumption"
    SELF_HOSTED = "self-hosted"
    WORKSPACE = "workspace"


class Once(StrEnum):
    """How often an element may stand."""

    NEVER = "any"
    SECTION = "section"
    DOCUMENT = "document"


class Status(StrEnum):
    """How far an element can be relied on."""

    DOCUMENTED = "documented"
    PREVIEW = "preview"
    UNDOCUMENTED = "undocumented"
    RETIRED = "retired"


class AttributeSpec(_Strict):
    """One attribute.

    Attributes:
        type: what its literal is read as.
        required: whether it must be there.
        default: what holds where it is not there.
        values: for `enum`, the words that are allowed.
        minimum: the smallest number, included.
        maximum: the largest number, included.
        zero: 0 is allowed although it is below the minimum.
        unit: of a number, such as `seconds`.
        expression: whether a policy expression may be its value.
        note: what else a writer should know.
    """

    type: ValueType = ValueType.STRING
    required: bool = False
    default: str | bool | int | float | None = None
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    zero: bool = False
    unit: str | None = None
    expression: Expressions = Expressions.YES
    note: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.type is ValueType.ENUM) != bool(self.values):
            raise ValueError("values belong to type enum")
        return self


class Combination(_Strict):
    """Names, of attributes or of children, of which so many must be there.

    Attributes:
        names: the names.
        at_least: how many must be there.
        at_most: how many may be there.
        together: all of them or none.
        unless: the rule does not hold where an attribute has this value.
    """

    names: tuple[str, ...]
    at_least: int = 0
    at_most: int | None = None
    together: bool = False
    unless: dict[str, str] = Field(default_factory=dict)


class ContentSpec(_Strict):
    """What an element or a child element may hold.

    Attributes:
        attributes: by name.
        children: child elements that belong to it, in the order they must have.
        ordered: whether that order must be kept.
        text: what may stand between its tags.
        policies: whether policy elements may stand in it.
        only: where policies may stand in it, the ones that may.
        combinations: which attributes or children go together.
    """

    attributes: dict[str, AttributeSpec] = Field(default_factory=dict)
    children: tuple[ChildSpec, ...] = ()
    ordered: bool = True
    text: TextContent = TextContent.NONE
    policies: bool = False
    only: tuple[str, ...] = ()
    combinations: tuple[Combination, ...] = ()


class ChildSpec(ContentSpec):
    """A child element.

    Attributes:
        element: its name.
        min: how often it must be there.
        max: how often it may be there.
        policy: it is a policy element in its own right, looked up by its name.
        asked: its page asks for it, yet policies in use leave it out.
        note: what else a writer should know.
    """

    element: str
    min: int = 0
    max: int | None = None
    policy: bool = False
    asked: bool = False
    note: str | None = None


class Source(_Strict):
    """Where the facts of an entry were read."""

    page: str
    date: datetime.date | None = None


class PolicySpec(ContentSpec):
    """One policy element.

    Attributes:
        element: its name.
        about: what it does, in one sentence.
        status: how far it can be relied on.
        sections: where it may stand.
        unlisted: sections its page does not list and in which public policies use it.
        scopes: at which scopes.
        gateways: which kinds of gateways have it.
        once: how often it may stand.
        default_dimensions: names of metric dimensions that need no value.
        max_dimensions: how many dimensions of one's own are allowed.
        notes: what else a writer should know.
        source: where this was read, and when.
    """

    element: str
    about: str
    status: Status = Status.DOCUMENTED
    sections: frozenset[str]
    unlisted: frozenset[str] = frozenset()
    scopes: frozenset[str]
    gateways: frozenset[Gateway]
    once: Once = Once.NEVER
    default_dimensions: tuple[str, ...] = ()
    max_dimensions: int | None = None
    notes: tuple[str, ...] = ()
    source: Source

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        sections = {"inbound", "backend", "outbound", "on-error"}
        scopes = {"global", "workspace", "product", "api", "operation", "graphql-resolver"}
        if not (self.sections | self.unlisted) <= sections or not self.scopes <= scopes:
            raise ValueError("unknown section or scope")
        return self
