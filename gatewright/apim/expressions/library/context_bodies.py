"""How expressions read bodies: `As<T>` and forms.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15).
"""

from __future__ import annotations

from gatewright.apim.expressions import json_tokens as j
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.context import MessageBody
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.json_lazy import decoded, lazy
from gatewright.apim.expressions.json_reader import parse, parse_as
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.net_uri import url_decode, url_encode
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.utf16 import utf8_text
from gatewright.apim.expressions.values import NetArray, NetList, Value
from gatewright.apim.expressions.xml_reader import parse_document, parse_element


def body_as(ty: Ty, body: MessageBody, preserve: bool = False) -> Value:
    """`body.As<T>(preserveContent)`."""
    data = body.take(preserve)
    if ty is t.array(t.BYTE):
        return NetArray(ty, list(data))
    if ty.name in ("JObject", "JArray", "JToken"):
        found = _tree(ty, body, data)
        if found is not None:
            return found
    content = utf8_text(data.removeprefix(b"\xef\xbb\xbf"))
    match ty.name:
        case "string":
            return content
        case "JObject":
            return parse_as(content, j.JObject, "JObject")
        case "JArray":
            return parse_as(content, j.JArray, "JArray")
        case "JToken":
            return parse(content)
        case "JValue":
            return conversions().cast(parse(content), ty)
        case "XElement":
            return parse_element(content)
        case "XDocument" | "XNode":
            return parse_document(content)
        case _:
            message = f"As<{ty.name}>() is not among the documented body types"
            raise NetError("NotSupportedException", message)


def _tree(ty: Ty, body: MessageBody, data: bytes) -> j.JToken | None:
    """A tree of its own over JSON that was decoded once; None for other JSON, or for another shape."""
    held = body.decoded
    if held is None or held[0] is not data:
        held = body.decoded = (data, decoded(utf8_text(data.removeprefix(b"\xef\xbb\xbf"))))
    if held[1] is None:
        return None
    found = lazy(held[1])
    return found if ty.name in ("JToken", found.ty.name) else None


_LISTS = t.make("IList", (t.STRING,))


_FORM = t.make("Dictionary", (t.STRING, _LISTS))


def read_form(body: MessageBody, preserve: bool = False) -> NetDict:
    """`AsFormUrlEncodedContent`."""
    made = NetDict(_FORM)
    for pair in utf8_text(body.take(preserve)).split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        key = url_decode(name)
        found = made.find(key)
        if found is None:
            made.put(key, NetList(t.make("List", (t.STRING,)), [url_decode(value)]))
        else:
            found[1].items.append(url_decode(value))
    return made


def form_text(values: NetDict) -> str:
    """`ToFormUrlEncodedContent` and `ToQueryString`."""
    return "&".join(
        f"{url_encode(key)}={url_encode(value)}" for key, items in values.data.values() for value in items
    )
