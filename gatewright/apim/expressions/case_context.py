"""The JSON description of a context, as the comparison cases state it.

Source: the comparison cases' own documentation; defaults are the same as there.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gatewright.apim.expressions import context as c
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.json_reader import parse
from gatewright.apim.expressions.net_datetime import DateTime
from gatewright.apim.expressions.net_guid import parse_guid
from gatewright.apim.expressions.net_uri import Uri
from gatewright.apim.expressions.parse_dates import parse_datetime
from gatewright.apim.expressions.parse_spans import parse_timespan
from gatewright.apim.expressions.utf16 import to_units
from gatewright.apim.expressions.values import Char, Long, NetArray, NetList
from gatewright.apim.expressions.xml_reader import parse_document, parse_element

Json = Any
"""A description's JSON: a value of the wrong kind fails where it is used, and the case says so."""
_STRINGS = t.array(t.STRING)


def build(case: Mapping[str, Json]) -> c.Context:
    """The context that a description states.

    Raises:
        ValueError, KeyError, TypeError, NetError: when a value cannot be used.
    """
    request = case.get("request") or {}
    stamp = parse_datetime(case.get("timestamp") or "2024-05-06T07:08:09.1234567Z", True, True)
    return c.Context(
        request=_request(request),
        response=response(case.get("response")),
        variables=c.Variables({k: typed(v) for k, v in (case.get("variables") or {}).items()}),
        api=_api(case.get("api")),
        operation=_operation(case.get("operation")),
        product=_product(case.get("product")),
        subscription=_subscription(case.get("subscription")),
        user=_user(case.get("user")),
        deployment=_deployment(case.get("deployment") or {}),
        backend=_backend(case.get("backend")),
        last_error=_last_error(case.get("last_error")),
        workspace=_workspace(case.get("workspace")),
        graphql=_graphql(case.get("graphql")),
        timestamp_ticks=stamp.ticks,
        elapsed=timedelta(microseconds=parse_timespan(case.get("elapsed") or "00:00:00.1230000").ticks // 10),
        request_id=uuid.UUID(case.get("request_id") or "11111111-2222-3333-4444-555555555555"),
        tracing=bool(case.get("tracing") or False),
    )


def _text(value: Json) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    return str(value)


def _headers(given: Json) -> c.Headers:
    made = c.Headers()
    for name, value in (given or {}).items():
        made.set(name, [_text(x) or "" for x in value] if isinstance(value, list) else [_text(value) or ""])
    return made


def body(given: Json) -> c.MessageBody | None:
    """A body: text, `{"$base64"}`, any other JSON as compact JSON, or None."""
    if given is None:
        return None
    if isinstance(given, str):
        return c.MessageBody(given.encode("utf-8", "surrogatepass"))
    if isinstance(given, dict) and "$base64" in given:
        return c.MessageBody(base64.b64decode(given["$base64"]))
    return c.MessageBody(compact(given).encode("utf-8", "surrogatepass"))


def compact(given: Json) -> str:
    """JSON as Newtonsoft writes it without indentation."""
    from gatewright.apim.expressions.json_writer import write

    return _out(write(parse(json.dumps(given), dates=False), False))


def _out(text: str) -> str:
    from gatewright.apim.expressions.utf16 import from_units

    return from_units(text)


def _request(given: Mapping[str, Json]) -> c.Request:
    url = given.get("url") or "https://contoso.azure-api.net/echo/resource"
    matched = {k: _text(v) or "" for k, v in (given.get("matched_parameters") or {}).items()}
    return c.Request(
        method=given.get("method") or "GET",
        url=c.Url(url),
        original_url=c.Url(given.get("original_url") or url),
        headers=_headers(given.get("headers")),
        body=body(given.get("body")),
        ip_address=given.get("ip_address") or "203.0.113.7",
        matched_parameters=c.Parameters(matched),
        certificate=certificate(given.get("certificate")),
        foundry=c.Foundry(**given["foundry"]) if given.get("foundry") else None,
    )


def certificate(given: Json) -> Json:
    """A certificate from base64 of DER or PKCS #12, or None."""
    if not isinstance(given, str):
        return None
    from gatewright.apim.expressions.library.certificate_values import load

    return load(base64.b64decode(given))


def response(given: Json) -> c.Response | None:
    """A response, or None."""
    if not isinstance(given, dict):
        return None
    return c.Response(
        status_code=int(given.get("status", 200)),
        status_reason=given.get("reason", "OK"),
        headers=_headers(given.get("headers")),
        body=body(given.get("body")),
    )


def _date(value: str | None) -> datetime | None:
    return None if value is None else _python(parse_datetime(value, True, True))


def _python(moment: DateTime) -> datetime:
    from datetime import UTC

    return moment.date.replace(tzinfo=UTC)


def _groups(given: Json) -> tuple[c.Group, ...]:
    if not isinstance(given, list):
        return ()
    return tuple(
        c.Group(g.lower(), g) if isinstance(g, str) else c.Group(_text(g.get("id")), _text(g.get("name")))
        for g in given
    )


def _workspace(given: Json) -> c.Workspace | None:
    return c.Workspace(_text(given.get("id")), _text(given.get("name"))) if isinstance(given, dict) else None


def _api(given: Json) -> c.Api | None:
    if not isinstance(given, dict):
        return None
    service = given.get("service_url")
    protocols = given.get("protocols")
    return c.Api(
        id=_text(given.get("id")),
        name=_text(given.get("name")),
        path=_text(given.get("path")),
        revision=_text(given.get("revision", "1")),
        version=_text(given.get("version")),
        is_current_revision=given.get("is_current_revision") is not False,
        service_url=None if service is None else c.Url(service),
        protocols=tuple(protocols) if isinstance(protocols, list) else ("https",),
        workspace=_workspace(given.get("workspace")),
    )


def _operation(given: Json) -> c.Operation | None:
    if not isinstance(given, dict):
        return None
    return c.Operation(
        _text(given.get("id")),
        _text(given.get("name")),
        _text(given.get("method", "GET")),
        _text(given.get("url_template")),
    )


def _product(given: Json) -> c.Product | None:
    if not isinstance(given, dict):
        return None
    return c.Product(
        id=_text(given.get("id")),
        name=_text(given.get("name")),
        state=given.get("state") or "Published",
        groups=_groups(given.get("groups")),
        approval_required=bool(given.get("approval_required") or False),
        subscription_required=given.get("subscription_required") is not False,
        subscription_limit=given.get("subscription_limit"),
    )


def _subscription(given: Json) -> c.Subscription | None:
    if not isinstance(given, dict):
        return None
    created = _date(given.get("created_date") or "2024-01-01T00:00:00Z")
    assert created is not None
    return c.Subscription(
        id=_text(given.get("id")),
        name=_text(given.get("name")),
        key=_text(given.get("key")),
        primary_key=_text(given.get("primary_key", given.get("key"))),
        secondary_key=_text(given.get("secondary_key")),
        created_date=created,
        start_date=_date(given.get("start_date")),
        end_date=_date(given.get("end_date")),
    )


def _user(given: Json) -> c.User | None:
    if not isinstance(given, dict):
        return None
    registered = _date(given.get("registration_date") or "2023-01-01T00:00:00Z")
    assert registered is not None
    return c.User(
        id=_text(given.get("id")),
        email=_text(given.get("email")),
        first_name=_text(given.get("first_name")),
        last_name=_text(given.get("last_name")),
        note=_text(given.get("note")),
        groups=_groups(given.get("groups")),
        identities=tuple(
            c.UserIdentity(_text(i.get("id")), _text(i.get("provider")))
            for i in given.get("identities") or ()
        ),
        registration_date=registered,
    )


def _deployment(given: Mapping[str, Json]) -> c.Deployment:
    gateway = given.get("gateway_id", "managed")
    return c.Deployment(
        region=given.get("region", "West Europe"),
        service_id=given.get("service_id", "contoso"),
        service_name=given.get("service_name", "contoso"),
        gateway_id=gateway,
        gateway=c.Gateway(gateway, given.get("instance_id", "gw-0"), gateway == "managed"),
        certificates={k: certificate(v) for k, v in (given.get("certificates") or {}).items()},
    )


def _backend(given: Json) -> c.Backend | None:
    if not isinstance(given, dict):
        return None
    return c.Backend(_text(given.get("id")), _text(given.get("azure_region")), given.get("type") or "Single")


def _last_error(given: Json) -> c.LastError | None:
    if not isinstance(given, dict):
        return None
    names = ("source", "reason", "message", "scope", "section", "path", "policy_id")
    return c.LastError(**{n: _text(given.get(n)) for n in names})


def _graphql(given: Json) -> c.GraphQL | None:
    if not isinstance(given, dict):
        return None
    return c.GraphQL(_arguments(given.get("arguments")), _arguments(given.get("parent")))


def _arguments(given: Json) -> NetDict:
    made = NetDict(t.make("IGraphQLArguments"), None, t.make("KeyValuePair", (t.STRING, t.JTOKEN)))
    for name, value in (given or {}).items():
        made.put(to_units(name), _token(value))
    return made


def _token(value: Json) -> Json:
    return parse(json.dumps(value))


def typed(value: Json) -> Json:
    """A variable: plain JSON, or `{"$type", "value"}`."""
    if isinstance(value, dict) and "$type" in value:
        return _typed(value["$type"], value.get("value"))
    if isinstance(value, str):
        return to_units(value)
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return value if -(1 << 31) <= value < 1 << 31 else Long(value)
    return _token(value)


def _typed(kind: str, v: Json) -> Json:
    match kind:
        case "null":
            return None
        case "string":
            return None if v is None else to_units(_text(v) or "")
        case "bool" | "int":
            return v
        case "long":
            return Long(v)
        case "double":
            return float(v)
        case "decimal":
            return Decimal(str(v))
        case "char":
            return Char(to_units(v)[0])
        case "byte[]":
            return NetArray(t.array(t.BYTE), list(base64.b64decode(v)))
        case "string[]":
            return NetArray(_STRINGS, [None if x is None else to_units(_text(x) or "") for x in v])
        case "int[]":
            return NetArray(t.array(t.INT), list(v))
        case "List<string>":
            return NetList(t.make("List", (t.STRING,)), [to_units(_text(x) or "") for x in v])
        case "Dictionary<string,string>" | "Dictionary<string,object>":
            return _dictionary(kind, v)
        case "DateTime":
            return parse_datetime(v, True, True)
        case "TimeSpan":
            return parse_timespan(v)
        case "Guid":
            return parse_guid(v)
        case "Uri":
            return Uri(to_units(v))
        case "JObject" | "JArray" | "JToken":
            return _token(v)
        case "IResponse":
            return response(v)
        case _:
            return _gateway_type(kind, v)


def _dictionary(kind: str, v: Json) -> NetDict:
    objects = kind.endswith("object>")
    made = NetDict(t.make("Dictionary", (t.STRING, t.OBJECT if objects else t.STRING)))
    for name, item in v.items():
        made.put(to_units(name), typed(item) if objects else to_units(_text(item) or ""))
    return made


def _gateway_type(kind: str, v: Json) -> Json:
    from gatewright.apim.expressions.library.context_tokens import Authorization, as_jwt

    if kind == "XElement":
        return parse_element(to_units(v))
    if kind == "XDocument":
        return parse_document(to_units(v))
    if kind == "Jwt":
        return as_jwt(v)
    if kind == "Authorization":
        return Authorization(v, NetDict(t.make("Dictionary", (t.STRING, t.OBJECT))))
    raise ValueError(f"unknown $type {kind}")
