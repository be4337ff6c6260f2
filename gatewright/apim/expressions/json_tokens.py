"""Newtonsoft's JSON tree: objects, arrays, properties and values that know their parent.

Source: https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm (13.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, cast

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import Exceeded, NetError, argument, invalid_operation, out_of_range
from gatewright.apim.expressions.types import Ty

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

    def __iter__(self) -> Iterator[JToken]:
        return iter(list(self.children()))

    def net_text(self) -> str:
        """`ToString()`: indented JSON, or the plain text of a value."""
        from gatewright.apim.expressions.json_writer import write

        return write(self, indented=True)

    def item(self, key: Any) -> JToken | None:  # noqa: ANN401
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

    def replace_child(self, old: JToken, new: JToken | None) -> None:
        """Puts a token in another's place."""
        raise invalid_operation(f"{self.full} does not support this.")

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        raise invalid_operation(f"{self.full} does not support this.")


class JObject(JContainer):
    """A JSON object: properties in order, each name once."""

    __slots__ = ("props",)
    ty = t.make("JObject")
    kind = OBJECT

    def __init__(self) -> None:
        super().__init__()
        self.props: dict[str, JProperty] = {}

    def children(self) -> list[JToken]:
        """The tokens directly inside."""
        return list(self.props.values())

    def clone(self) -> JObject:
        """A deep copy without a parent."""
        made = JObject()
        for name, prop in self.props.items():
            copy = prop.clone()
            copy.parent = made
            made.props[name] = copy
        return made

    def item(self, key: Any) -> JToken | None:  # noqa: ANN401
        """`token[key]`."""
        if type(key) is not str:
            raise argument(
                f"Accessed JObject values with invalid key value: {_shown(key)}. Object property "
                f"name expected.",
                "key",
            )
        found = self.props.get(key)
        return None if found is None else found.value

    def get(self, name: str | None) -> JToken | None:
        """The value of a property, or None."""
        if name is None:
            return None
        found = self.props.get(name)
        return None if found is None else found.value

    def set(self, name: str, value: JToken | None) -> None:
        """Sets a property's value, adding the property where it is new."""
        found = self.props.get(name)
        if found is None:
            self.add_property(JProperty(name, value))
        else:
            found.set(value)

    def add_property(self, prop: JProperty) -> None:
        """Adds a property.

        Raises:
            NetError: ArgumentException when the name is there already.
        """
        if prop.name in self.props:
            raise argument(
                f"Can not add property {prop.name} to Newtonsoft.Json.Linq.JObject. "
                "Property with the same name already exists on object."
            )
        if prop.parent is not None:
            prop = copy_of(prop)
        prop.parent = self
        self.props[prop.name] = prop

    def add(self, token: JToken | None) -> None:
        """Adds a property, which is all an object takes."""
        if not isinstance(token, JProperty):
            shown = token.full if token is not None else "Newtonsoft.Json.Linq.JValue"
            raise argument(f"Can not add {shown} to Newtonsoft.Json.Linq.JObject.")
        self.add_property(token)

    def replace_child(self, old: JToken, new: JToken | None) -> None:
        """Puts a token in another's place."""
        if not isinstance(old, JProperty) or not isinstance(new, JProperty):
            raise argument("Can not add Newtonsoft.Json.Linq.JValue to Newtonsoft.Json.Linq.JObject.")
        if new.parent is not None:
            new = new.clone()
        new.parent = self
        old.parent = None
        self.props = {
            (new.name if prop is old else name): (new if prop is old else prop)
            for name, prop in self.props.items()
        }

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        assert isinstance(token, JProperty)
        self.props.pop(token.name, None)
        token.parent = None

    def clear(self) -> None:
        """Removes every property."""
        for prop in self.props.values():
            prop.parent = None
        self.props = {}


class JArray(JContainer):
    """A JSON array."""

    __slots__ = ("items",)
    ty = t.make("JArray")
    kind = ARRAY

    def __init__(self) -> None:
        super().__init__()
        self.items: list[JToken] = []

    def children(self) -> list[JToken]:
        """The tokens directly inside."""
        return self.items

    def clone(self) -> JArray:
        """A deep copy without a parent."""
        made = JArray()
        for item in self.items:
            copy = item.clone()
            copy.parent = made
            made.items.append(copy)
        return made

    def item(self, key: Any) -> JToken | None:  # noqa: ANN401
        """`token[key]`."""
        if type(key) is not int:
            raise argument(
                f"Accessed JArray values with invalid key value: {_shown(key)}. Int32 array index expected.",
                "key",
            )
        if not 0 <= key < len(self.items):
            raise out_of_range("index", _INDEX)
        return self.items[key]

    def add(self, token: JToken | None) -> None:
        """Adds a token at the end."""
        self.insert(len(self.items), token)

    def insert(self, at: int, token: JToken | None) -> None:
        """Adds a token at a place."""
        if isinstance(token, JProperty):
            raise argument("Can not add Newtonsoft.Json.Linq.JProperty to Newtonsoft.Json.Linq.JArray.")
        if not 0 <= at <= len(self.items):
            raise out_of_range("index", "Index must be within the bounds of the List.")
        self.items.insert(at, self.attach(token))

    def put(self, at: int, token: JToken | None) -> None:
        """Sets the token at a place."""
        if not 0 <= at < len(self.items):
            raise out_of_range("index", _INDEX)
        self.items[at].parent = None
        self.items[at] = self.attach(token)

    def index(self, token: JToken) -> int:
        """Where a token stands, or -1."""
        return next((i for i, item in enumerate(self.items) if item is token), -1)

    def replace_child(self, old: JToken, new: JToken | None) -> None:
        """Puts a token in another's place."""
        self.put(self.index(old), new)

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        at = self.index(token)
        if at >= 0:
            self.items.pop(at)
            token.parent = None

    def clear(self) -> None:
        """Removes every item."""
        for item in self.items:
            item.parent = None
        self.items = []


_INDEX = "Index was out of range. Must be non-negative and less than the size of the collection."


class JProperty(JContainer):
    """A name with a value."""

    __slots__ = ("name", "value")
    ty = t.make("JProperty")
    kind = PROPERTY

    def __init__(self, name: str, value: JToken | None) -> None:
        super().__init__()
        self.name = name
        self.value = self.attach(value)

    def children(self) -> list[JToken]:
        """The tokens directly inside."""
        return [self.value]

    def clone(self) -> JProperty:
        """A deep copy without a parent."""
        return JProperty(self.name, self.value.clone())

    def set(self, value: JToken | None) -> None:
        """Sets the value."""
        if self.value is value:
            return
        old = self.value
        self.value = self.attach(value)
        if old is not self.value:
            old.parent = None

    def item(self, key: Any) -> JToken | None:  # noqa: ANN401
        """`token[key]`."""
        raise invalid_operation("Cannot access child value on Newtonsoft.Json.Linq.JProperty.")

    def replace_child(self, old: JToken, new: JToken | None) -> None:
        """Puts a token in another's place."""
        self.set(new)

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        raise NetError("JsonException", "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.")


class JValue(JToken):
    """A JSON value: `value` is boxed; integers are `Long` or `int` as they were made."""

    __slots__ = ("kind", "value")
    ty = t.make("JValue")

    def __init__(self, value: Any, kind: int) -> None:  # noqa: ANN401
        self.parent = None
        self.value = value
        self.kind = kind

    def clone(self) -> JValue:
        """A deep copy without a parent."""
        return JValue(self.value, self.kind)

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

    def __init__(self, value: Any) -> None:  # noqa: ANN401
        super().__init__(value, RAW)

    def clone(self) -> JRaw:
        """A deep copy without a parent."""
        return JRaw(self.value)


def _shown(key: Any) -> str:  # noqa: ANN401
    if key is None:
        return "null"
    return f'"{key}"' if type(key) is str else str(key)
