"""The file border: what every declared thing shares, and the types of its values.

YAML keys are camelCase, attributes snake_case. Unknown keys are refused and nothing is converted silently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from gatewright.estate import quantities, texts
from gatewright.estate.quantities import Period
from gatewright.estate.texts import NameRule


class Declared(BaseModel):
    """Something that a configuration file declares: frozen, strict, camelCase outside."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        hide_input_in_errors=True,
    )

    more_keys: ClassVar[tuple[str, ...]] = ()
    """Keys that may stand in the file, too, and are read before the thing itself."""


def fault(kind: str, message: str, hint: str | None = None) -> PydanticCustomError:
    """A refusal for a validator to raise.

    Args:
        kind: chooses the code, see `gatewright.estate.border`.
        message: what follows the key's name in the fault.
        hint: the way out.
    """
    return PydanticCustomError(kind, "{message}", {"message": message, "hint": hint})


def reading(kind: str, read: Callable[[object], object]) -> BeforeValidator:
    """A reader of scalars as a validator: its `ValueError(message, hint)` becomes a fault of a kind."""

    def validate(value: object) -> object:
        try:
            return read(value)
        except ValueError as refusal:
            raise fault(kind, *refusal.args) from refusal

    return BeforeValidator(validate)


def _name(rule: NameRule) -> tuple[BeforeValidator, WithJsonSchema]:
    return reading("name", rule.read), WithJsonSchema({"type": "string", "pattern": rule.pattern})


def _read_date(value: object) -> dt.date:
    text = value if isinstance(value, str) and len(value) == 10 else ""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as refusal:
        message = f"{quantities.shown(value)} is not a date"
        raise ValueError(message, "write year-month-day, such as 2027-03-31") from refusal


def _refuse(value: object) -> object:
    raise ValueError("is not rendered yet by this version of Gatewright", "remove it for now")


_UNITS = {"type": ["string", "integer"], "pattern": quantities.TOKENS_PATTERN, "minimum": 1}
_TEXT = {"type": "string", "minLength": 1, "pattern": texts.TEXT_PATTERN}

Tokens = Annotated[int, reading("unit", quantities.read_tokens), WithJsonSchema(_UNITS)]
Seconds = Annotated[
    int,
    reading("unit", quantities.read_seconds),
    WithJsonSchema({"type": "string", "pattern": quantities.DURATION_PATTERN}),
]
Percent = Annotated[
    int,
    reading("unit", quantities.read_percent),
    WithJsonSchema({"type": "string", "pattern": quantities.PERCENT_PATTERN}),
]
CalendarPeriod = Annotated[
    Period,
    reading("period", quantities.read_period),
    WithJsonSchema({"type": "string", "enum": list(quantities.PERIODS)}),
]
Dollars = Annotated[
    Decimal,
    reading("unit", quantities.read_money),
    WithJsonSchema(
        {"type": ["number", "string"], "exclusiveMinimum": 0, "pattern": r"^[0-9]+(\.[0-9]{1,2})?$"}
    ),
]
Date = Annotated[
    dt.date,
    reading("value", _read_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
]
NotRendered = Annotated[None, reading("not_rendered", _refuse), WithJsonSchema({"not": {}})]

Text = Annotated[str, reading("text", texts.read_text), WithJsonSchema(_TEXT)]
TenantId = Annotated[str, *_name(texts.TENANT)]
PlanId = Annotated[str, *_name(texts.PLAN)]
EndpointId = Annotated[str, *_name(texts.ENDPOINT)]
Alias = Annotated[str, *_name(texts.ALIAS)]
DeploymentName = Annotated[str, *_name(texts.DEPLOYMENT)]
ModelName = Annotated[str, *_name(texts.MODEL)]
ModelVersion = Annotated[str, *_name(texts.VERSION)]
Region = Annotated[str, *_name(texts.REGION)]
AccountName = Annotated[str, *_name(texts.ACCOUNT)]
ApplicationUri = Annotated[str, *_name(texts.APPLICATION)]
Thumbprint = Annotated[str, *_name(texts.THUMBPRINT)]
SecretName = Annotated[str, *_name(texts.SECRET)]
ServiceName = Annotated[str, *_name(texts.SERVICE)]
Marker = Annotated[str, *_name(texts.MARKER)]
ApiPath = Annotated[str, *_name(texts.API_PATH)]
HeaderName = Annotated[str, *_name(texts.HEADER)]
MetricNamespace = Annotated[str, *_name(texts.NAMESPACE)]
HostSuffix = Annotated[str, *_name(texts.HOST_SUFFIX)]
EmailAddress = Annotated[str, *_name(texts.EMAIL)]
