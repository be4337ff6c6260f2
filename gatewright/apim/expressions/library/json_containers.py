"""JContainer, JObject, JArray and JProperty.

Source: https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm (13.0).
"""

from __future__ import annotations

from gatewright.apim.expressions import json_convert as convert
from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import argument
from gatewright.apim.expressions.json_merge import merge
from gatewright.apim.expressions.json_reader import parse_as
from gatewright.apim.expressions.library.entry import TypeEntry, member
from gatewright.apim.expressions.library.json_types import descendants, lazy_tokens, set_item
from gatewright.apim.expressions.values import EnumValue, Lazy, Value

_DOCS = "https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_"


_SPACE = "Newtonsoft.Json.Linq"


_TOKENS = "IEnumerable<JToken>"


def _new_object(*values: Value) -> j.JObject:
    made = j.JObject()
    for value in values:
        convert.add_content(made, value)
    return made


def _new_array(*values: Value) -> j.JArray:
    made = j.JArray()
    for value in values:
        convert.add_content(made, value)
    return made


def _new_property(name: str, value: Value) -> j.JProperty:
    return j.JProperty(name, convert.content(value))


def _property_many(name: str, values: Value) -> j.JProperty:
    if values is None:
        return j.JProperty(name, None)
    made = j.JArray()
    for item in values:
        convert.add_content(made, item)
    return j.JProperty(name, made)


def _get(o: j.JObject, name: str | None) -> j.JToken | None:
    return o.get(name)


def _put(o: j.JObject, name: str, value: j.JToken | None) -> None:
    o.set(name, value)


def _get_how(o: j.JObject, name: str | None, how: EnumValue) -> j.JToken | None:
    found = o.get(name)
    if found is not None or name is None or how.number not in (1, 3, 5):
        return found
    return next((p.value for n, p in o.props.items() if n.upper() == name.upper()), None)


def _try_get(o: j.JObject, name: str | None, *how: EnumValue) -> tuple[bool, j.JToken | None]:
    found = _get_how(o, name, *how) if how else o.get(name)
    return found is not None, found


def _remove_name(o: j.JObject, name: str | None) -> bool:
    prop = None if name is None else o.props.get(name)
    if prop is None:
        return False
    o.remove_child(prop)
    return True


_CONTAINER = (
    member("int Count", lambda x: x.size()),
    member("void Add(object? content)", convert.add_content),
    member("void RemoveAll()", lambda x: x.clear()),
    member("void Merge(object? content)", merge),
    member(f"{_TOKENS} Descendants()", lambda x: descendants(x, False)),
    member(f"{_TOKENS} DescendantsAndSelf()", lambda x: descendants(x, True)),
    member("void AddFirst(object? content)", lambda x, v: _add_first(x, v)),
    member("void ReplaceAll(object? content)", lambda x, v: _replace_all(x, v)),
)


def _replace_all(target: j.JObject | j.JArray, value: Value) -> None:
    target.clear()
    convert.add_content(target, value)


def _add_first(target: j.JContainer, value: Value) -> None:
    target.insert(0, convert.content(value))


_JOBJECT = (
    member("new()", j.JObject),
    member("new(JObject other)", j.copy_of),
    member("new(object? content)", _new_object),
    member("new(params object[] content)", lambda v: _new_object(*v)),
    member("JToken this[string propertyName]", _get, _put),
    member("JToken this[object? key]", lambda x, key: x.item(key), set_item),
    member("IEnumerable<JProperty> Properties()", lambda o: lazy_tokens("JProperty", lambda: o)),
    member("JProperty Property(string? name)", lambda o, n: o.props.get(n)),
    member(
        "JProperty Property(string name, StringComparison how)",
        lambda o, n, h: (lambda v: v.parent if v is not None else None)(_get_how(o, n, h)),
    ),
    member(
        "JEnumerable<JToken> PropertyValues()",
        lambda o: Lazy(t.make("JEnumerable", (t.JTOKEN,)), lambda: (p.value for p in o)),
    ),
    member("JToken GetValue(string? propertyName)", _get),
    member("JToken GetValue(string propertyName, StringComparison comparison)", _get_how),
    member("bool TryGetValue(string? propertyName, out JToken value)", _try_get),
    member("bool TryGetValue(string? propertyName, StringComparison comparison, out JToken value)", _try_get),
    member("bool ContainsKey(string propertyName)", lambda o, n: n in o.props),
    member("void Add(string propertyName, JToken? value)", lambda o, n, v: o.add_property(j.JProperty(n, v))),
    member("bool Remove(string? propertyName)", _remove_name),
    member("static JObject Parse(string? json)", lambda s: parse_as(s, j.JObject, "JObject")),
    member("static JObject FromObject(object o)", lambda o: _from(o, j.JObject)),
)


def _from(value: Value, wanted: type[j.JToken]) -> j.JToken:
    made = convert.from_object(value)
    if not isinstance(made, wanted):
        raise argument(
            f"Object serialized to {j.KIND_NAMES[made.kind]}. {wanted.__name__} instance expected."
        )
    return made


_JARRAY = (
    member("new()", j.JArray),
    member("new(JArray other)", j.copy_of),
    member("new(object? content)", _new_array),
    member("new(params object[] content)", lambda v: _new_array(*v)),
    member("JToken this[int index]", lambda a, i: a.item(i), j.JArray.put),
    member("JToken this[object? key]", lambda x, key: x.item(key), set_item),
    member("void Add(JToken? item)", j.JArray.add),
    member("void Insert(int index, JToken? item)", j.JArray.insert),
    member("bool Remove(JToken item)", lambda a, x: a.index(x) >= 0 and (a.remove_child(x), True)[1]),
    member("void RemoveAt(int index)", lambda a, i: a.remove_child(a.item(i))),
    member("void Clear()", j.JArray.clear),
    member("bool Contains(JToken item)", lambda a, x: a.index(x) >= 0),
    member("int IndexOf(JToken item)", j.JArray.index),
    member("static JArray Parse(string? json)", lambda s: parse_as(s, j.JArray, "JArray")),
    member("static JArray FromObject(object o)", lambda o: _from(o, j.JArray)),
)


_JPROPERTY = (
    member("new(string name, object? content)", _new_property),
    member("new(string name, params object[]? content)", _property_many),
    member("new(JProperty other)", lambda p: p.clone()),
    member("string Name", lambda p: p.name),
    member("JToken Value", lambda p: p.value, j.JProperty.set),
)


TYPES = (
    TypeEntry(
        "JContainer",
        _SPACE,
        _DOCS + "Linq_JContainer.htm",
        _CONTAINER,
        bases=("JToken", "IList<JToken>"),
        hidden=frozenset({"ICollection", "IList", "IDictionary"}),
    ),
    TypeEntry(
        "JObject",
        _SPACE,
        _DOCS + "Linq_JObject.htm",
        _JOBJECT,
        bases=("JContainer", "IDictionary<string, JToken>", "IEnumerable<KeyValuePair<string, JToken>>"),
    ),
    TypeEntry("JArray", _SPACE, _DOCS + "Linq_JArray.htm", _JARRAY, bases=("JContainer",)),
    TypeEntry("JProperty", _SPACE, _DOCS + "Linq_JProperty.htm", _JPROPERTY, bases=("JContainer",)),
)
