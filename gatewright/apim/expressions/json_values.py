"""What every token of Newtonsoft's JSON tree is, and its plain values.

Source: https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm (13.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar, cast

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import Exceeded, invalid_operation
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Value, modified

# JTokenType
OBJECT, ARRAY, CONSTRUCTOR, PROPERTY, COMMENT, INTEGER, FLOAT, STRING, BOOLEAN = 1, 2, 3, 4, 5, 6, 7, 8, 9
NULL, UNDEFINED, DATE, RAW, BYTES, GUID, URI, TIMESPAN = 10, 11, 12, 13, 14, 15, 16, 17
KIND_NAMES = dict(
    enumerate(
        "None Object Array Constructor Property Comment Integer Float String Boolean Null Undefined "
        "Date Raw Bytes "
        "Guid Uri TimeSpan".split()
    )
)


_Token = TypeVar("_Token", bound="JToken")
MAX_TOKENS = 250_000
"""So many tokens are copied at once; a tree that holds itself twice doubles with every copy."""


def copy_of(token: _Token) -> _Token:
    """A deep copy without a parent.

    Raises:
        Exceeded: it would have more than `MAX_TOKENS` tokens.
    """
    left = MAX_TOKENS
    waiting: list[JToken] = [token]
    while waiting:
        children = waiting.pop().children()
        left -= len(children)
        if left < 0:
            raise Exceeded("SizeLimitExceeded", f"a copy would have more than {MAX_TOKENS} tokens")
        waiting.extend(children)
    return cast(_Token, token.clone())


class JToken:
    """Anything in a JSON tree; tokens are equal only when they are the same object."""

    __slots__ = ("parent",)
    ty: Ty = t.JTOKEN
    kind = 0

    def __init__(self) -> None:
        self.parent: JContainer | None = None

    def children(self) -> list[JToken]:
        """The tokens directly inside."""
        return []

    def clone(self) -> JToken:
        """A deep copy without a parent."""
        raise invalid_operation(f"{self.full} does not support this.")

    def size(self) -> int:
        """How many tokens are directly inside."""
        return len(self.children())

    def __iter__(self) -> Iterator[JToken]:
        """The tokens directly inside."""
        return iter(list(self.children()))

    def net_text(self) -> str:
        """`ToString()`: indented JSON, or the plain text of a value."""
        from gatewright.apim.expressions.json_writer import write

        return write(self, indented=True)

    def item(self, key: Value) -> JToken | None:
        """`token[key]`."""
        raise invalid_operation(f"Cannot access child value on {self.full}.")

    @property
    def full(self) -> str:
        """The full type name."""
        return f"Newtonsoft.Json.Linq.{self.ty.name}"

    def root(self) -> JToken:
        """The outermost token."""
        at: JToken = self
        while at.parent is not None:
            at = at.parent
        return at


class JContainer(JToken):
    """An object, array, property or constructor."""

    __slots__ = ()
    ty = t.make("JContainer")

    def attach(self, token: JToken | None) -> JToken:
        """A token that belongs to this container now; one that has a parent already is copied."""
        if token is None:
            token = JValue(None, NULL)
        elif token.parent is not None or token is self or self._inside(token):
            token = copy_of(token)
        token.parent = self
        return token

    def _inside(self, token: JToken) -> bool:
        at: JToken | None = self.parent
        while at is not None:
            if at is token:
                return True
            at = at.parent
        return False

    def index(self, token: JToken) -> int:
        """Where a token stands, or -1."""
        return next((n for n, held in enumerate(self.children()) if held is token), -1)

    def insert(self, at: int, token: JToken | None) -> None:
        """Adds a token at a place."""
        raise invalid_operation(f"{self.full} does not support this.")

    def clear(self) -> None:
        """Takes everything out."""
        raise invalid_operation(f"{self.full} does not support this.")

    def replace_child(self, old: JToken, new: JToken | None) -> None:
        """Puts a token in another's place."""
        raise invalid_operation(f"{self.full} does not support this.")

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        raise invalid_operation(f"{self.full} does not support this.")


class JTree(JContainer):
    """An object, array or constructor; `version` counts what came, went or took another's place."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.parent = None
        self.version = 0

    def __iter__(self) -> Iterator[JToken]:
        """The tokens directly inside.

        Raises:
            NetError: InvalidOperationException when others come in their place meanwhile.
        """
        version = self.version
        for token in list(self.children()):
            yield token
            if self.version != version:
                raise modified()


def unchanged(old: JToken, new: JToken | None) -> bool:
    """Whether a token in another's place would change nothing: an equal value leaves the old one there."""
    if not isinstance(old, JValue):
        return False
    return old == new or (new is None and old.kind == NULL)


class JValue(JToken):
    """A JSON value: `value` is boxed; integers are `Long` or `int` as they were made."""

    __slots__ = ("kind", "value")
    ty = t.make("JValue")

    def __init__(self, value: Value, kind: int) -> None:
        self.parent = None
        self.value = value
        self.kind = kind

    def clone(self) -> JValue:
        """A deep copy without a parent."""
        return JValue(self.value, self.kind)

    def __eq__(self, other: object) -> bool:
        from gatewright.apim.expressions.json_compare import values_equal

        return isinstance(other, JValue) and values_equal(self, other)

    def __hash__(self) -> int:
        return hash((self.kind, self.value)) if self.kind != BYTES else BYTES

    def net_text(self) -> str:
        """The value as plain text."""
        from gatewright.apim.expressions.text import text_of

        return text_of(self.value)

    def net_format(self, pattern: str) -> str:
        """The value in a format."""
        from gatewright.apim.expressions.text import format_value

        return format_value(self.value, pattern)


class JRaw(JValue):
    """JSON text that is written as it is."""

    __slots__ = ()
    ty = t.make("JRaw")

    def __init__(self, value: Value) -> None:
        super().__init__(value, RAW)

    def clone(self) -> JRaw:
        """A deep copy without a parent."""
        return JRaw(self.value)
