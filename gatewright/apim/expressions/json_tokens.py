"""Newtonsoft's JSON tree: objects, arrays, properties and values that know their parent.

Source: https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm (13.0).
"""

from __future__ import annotations

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import NetError, argument, invalid_operation, out_of_range
from gatewright.apim.expressions.json_values import (
    ARRAY,
    BOOLEAN,
    BYTES,
    COMMENT,
    CONSTRUCTOR,
    DATE,
    FLOAT,
    GUID,
    INTEGER,
    KIND_NAMES,
    MAX_TOKENS,
    NULL,
    OBJECT,
    PROPERTY,
    RAW,
    STRING,
    TIMESPAN,
    UNDEFINED,
    URI,
    JContainer,
    JRaw,
    JToken,
    JTree,
    JValue,
    copy_of,
    unchanged,
)
from gatewright.apim.expressions.values import Value

__all__ = [
    "ARRAY",
    "BOOLEAN",
    "BYTES",
    "COMMENT",
    "CONSTRUCTOR",
    "DATE",
    "FLOAT",
    "GUID",
    "INTEGER",
    "KIND_NAMES",
    "MAX_TOKENS",
    "NULL",
    "OBJECT",
    "PROPERTY",
    "RAW",
    "STRING",
    "TIMESPAN",
    "UNDEFINED",
    "URI",
    "JArray",
    "JComment",
    "JConstructor",
    "JContainer",
    "JItems",
    "JObject",
    "JProperty",
    "JRaw",
    "JToken",
    "JTree",
    "JValue",
    "copy_of",
]


class JObject(JTree):
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

    def size(self) -> int:
        """How many properties there are."""
        return len(self.props)

    def clone(self) -> JObject:
        """A deep copy without a parent."""
        made = JObject()
        for name, prop in self.props.items():
            copy = prop.clone()
            copy.parent = made
            made.props[name] = copy
        return made

    def item(self, key: Value) -> JToken | None:
        """`token[key]`."""
        if type(key) is not str:
            raise argument(
                f"Accessed JObject values with invalid key value: {_shown(key)}. Object property "
                f"name expected."
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
        self._refuse_twice(prop.name)
        if prop.parent is not None:
            prop = copy_of(prop)
        prop.parent = self
        self.props[prop.name] = prop
        self.version += 1

    def insert(self, at: int, token: JToken | None) -> None:
        """Adds a property at a place."""
        if not 0 <= at <= len(self.props):
            raise out_of_range("index", "Index must be within the bounds of the List.")
        self.add(token)
        *held, last = self.props.items()
        self.props = dict([*held[:at], last, *held[at:]])

    def _refuse_twice(self, name: str) -> None:
        if name in self.props:
            raise argument(
                f"Can not add property {name} to Newtonsoft.Json.Linq.JObject. "
                "Property with the same name already exists on object."
            )

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
        if new.name != old.name:
            self._refuse_twice(new.name)
        if new.parent is not None:
            new = new.clone()
        new.parent = self
        old.parent = None
        self.props = {
            (new.name if prop is old else name): (new if prop is old else prop)
            for name, prop in self.props.items()
        }
        self.version += 1

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        assert isinstance(token, JProperty)
        self.props.pop(token.name, None)
        token.parent = None
        self.version += 1

    def clear(self) -> None:
        """Removes every property."""
        for prop in self.props.values():
            prop.parent = None
        self.props = {}
        self.version += 1


class JItems(JTree):
    """Tokens in a row: an array, or the arguments of a constructor."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        super().__init__()
        self.items: list[JToken] = []

    def children(self) -> list[JToken]:
        """The tokens directly inside."""
        return self.items

    def filled(self, made: JItems) -> None:
        """Gives another one copies of the tokens."""
        for item in self.items:
            copy = item.clone()
            copy.parent = made
            made.items.append(copy)

    def item(self, key: Value) -> JToken | None:
        """`token[key]`."""
        if type(key) is not int:
            raise argument(
                f"Accessed {self.ty.name} values with invalid key value: {_shown(key)}. "
                "Int32 array index expected."
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
            raise argument(f"Can not add Newtonsoft.Json.Linq.JProperty to {self.full}.")
        if not 0 <= at <= len(self.items):
            raise out_of_range("index", "Index must be within the bounds of the List.")
        self.items.insert(at, self.attach(token))
        self.version += 1

    def put(self, at: int, token: JToken | None) -> None:
        """Sets the token at a place."""
        if not 0 <= at < len(self.items):
            raise out_of_range("index", _INDEX)
        if unchanged(self.items[at], token):
            return
        self.items[at].parent = None
        self.items[at] = self.attach(token)
        self.version += 1

    def replace_child(self, old: JToken, new: JToken | None) -> None:
        """Puts a token in another's place."""
        self.put(self.index(old), new)

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        at = self.index(token)
        if at >= 0:
            self.items.pop(at)
            token.parent = None
            self.version += 1

    def clear(self) -> None:
        """Removes every item."""
        for item in self.items:
            item.parent = None
        self.items = []
        self.version += 1


class JArray(JItems):
    """A JSON array."""

    __slots__ = ()
    ty = t.make("JArray")
    kind = ARRAY

    def clone(self) -> JArray:
        """A deep copy without a parent."""
        made = JArray()
        self.filled(made)
        return made


class JConstructor(JItems):
    """A constructor with its arguments, `new Date(1)`, which JSON itself does not have."""

    __slots__ = ("name",)
    ty = t.make("JConstructor")
    kind = CONSTRUCTOR

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def clone(self) -> JConstructor:
        """A deep copy without a parent."""
        made = JConstructor(self.name)
        self.filled(made)
        return made


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
        if self.value is value or unchanged(self.value, value):
            return
        old = self.value
        self.value = self.attach(value)
        if old is not self.value:
            old.parent = None

    def item(self, key: Value) -> JToken | None:
        """`token[key]`."""
        raise invalid_operation("Cannot access child value on Newtonsoft.Json.Linq.JProperty.")

    def replace_child(self, old: JToken, new: JToken | None) -> None:
        """Puts a token in another's place."""
        self.set(new)

    def insert(self, at: int, token: JToken | None) -> None:
        """Adds a token at a place."""
        raise NetError("JsonException", "Newtonsoft.Json.Linq.JProperty cannot have multiple values.")

    def remove_child(self, token: JToken) -> None:
        """Takes a token out."""
        raise NetError("JsonException", "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.")

    def clear(self) -> None:
        """Removes the value, which no property can do without."""
        self.remove_child(self.value)


class JComment(JProperty):
    """A comment between the members of an object, as XML leaves it behind; it is written, not read."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """What the comment says."""
        return self.value.net_text()


def _shown(key: Value) -> str:
    if key is None:
        return "null"
    return f'"{key}"' if type(key) is str else str(key)
