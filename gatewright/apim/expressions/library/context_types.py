"""The gateway's own types: `context`, bodies, URLs, tokens, and the extension methods on them.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15).
"""

from __future__ import annotations

from datetime import datetime

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.context import Context, Headers, Url
from gatewright.apim.expressions.hashed import NetDict
from gatewright.apim.expressions.json_casts import to_string
from gatewright.apim.expressions.library.context_bodies import body_as, form_text, read_form
from gatewright.apim.expressions.library.context_tokens import as_basic, as_jwt, audiences, trying_token
from gatewright.apim.expressions.library.entry import TypeEntry, enum, member
from gatewright.apim.expressions.library.runtime import conversions, default, enum_value
from gatewright.apim.expressions.net_datetime import DateTime, from_python, from_timedelta
from gatewright.apim.expressions.net_guid import Guid
from gatewright.apim.expressions.net_uri import Uri, url_decode
from gatewright.apim.expressions.signature import Entry
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.utf16 import from_units, to_units
from gatewright.apim.expressions.values import NetArray, Value

_DOCS = "https://learn.microsoft.com/azure/api-management/api-management-policy-expressions"
_SPACE = ""


def text(name: str, attribute: str) -> Entry:
    """A string property that is a Python attribute."""

    def get(target: Value) -> str | None:
        value = getattr(target, attribute)
        return None if value is None else to_units(value)

    return member(f"string {name}", get)


def plain(kind: str, name: str, attribute: str) -> Entry:
    """A property that is a Python attribute as it stands."""

    def get(target: Value) -> Value:
        return getattr(target, attribute)

    return member(f"{kind} {name}", get)


def date(kind: str, name: str, attribute: str) -> Entry:
    """A `DateTime` property that is an aware Python time."""

    def get(target: Value) -> DateTime | None:
        value: datetime | None = getattr(target, attribute)
        return None if value is None else from_python(value)

    return member(f"{kind} {name}", get)


def many(kind: str, name: str, attribute: str) -> Entry:
    """A sequence property that is a Python tuple."""
    ty = t.array(t.make(kind) if kind != "string" else t.STRING)
    return member(f"IEnumerable<{kind}> {name}", lambda x: NetArray(ty, list(getattr(x, attribute))))


# --------------------------------------------------------------------------- URLs


def _uri(url: Url) -> Uri:
    return Uri(to_units(url.text))


def _query(url: Url) -> Headers:
    made = Headers()
    for pair in _uri(url).query.removeprefix("?").split("&"):
        if pair:
            name, _, value = pair.partition("=")
            made.add(url_decode(name), url_decode(value))
    return made


# --------------------------------------------------------------------------- dictionaries


def _joined(values: NetDict, name: str, fallback: str | None = None) -> str | None:
    found = values.find(name)
    return fallback if found is None or found[1] is None else ",".join([x or "" for x in found[1].items])


def _array_or(values: NetDict, name: str, fallback: NetArray | None) -> NetArray | None:
    found = values.find(name)
    return fallback if found is None else found[1]


def _text_or(values: NetDict, name: str, fallback: str | None = None) -> str | None:
    found = values.find(name)
    return fallback if found is None else found[1]


def _variable(ty: Ty, values: NetDict, name: str, *fallback: Value) -> Value:
    found = values.find(name)
    if found is None:
        return fallback[0] if fallback else default(ty)
    value = found[1]
    if type(value) is str and ty is t.STRING:
        return value
    return conversions().cast(value, ty)


def _trace(context: Context, message: str | None) -> None:
    context.traces.append(from_units(message or ""))


def _certificates(deployment: Value) -> NetDict:
    made = NetDict(t.make("Dictionary", (t.STRING, t.make("X509Certificate2"))))
    for name, certificate in deployment.certificates.items():
        made.put(to_units(name), certificate)
    return made


def _timestamp(context: Context) -> DateTime:
    return DateTime(context.timestamp_ticks, 1) if context.timestamp_ticks else from_python(context.timestamp)


_BACKEND = t.make("BackendType")
_STATE = t.make("ProductState")
_PRODUCT_STATES = {"NotPublished": 0, "Published": 1}

_CONTEXT = (
    plain("IApi", "Api", "api"),
    plain("IBackend", "Backend", "backend"),
    plain("IDeployment", "Deployment", "deployment"),
    member("TimeSpan Elapsed", lambda c: from_timedelta(c.elapsed)),
    plain("IGraphQL", "GraphQL", "graphql"),
    plain("ILastError", "LastError", "last_error"),
    plain("IOperation", "Operation", "operation"),
    plain("IProduct", "Product", "product"),
    plain("IRequest", "Request", "request"),
    member("Guid RequestId", lambda c: Guid(c.request_id)),
    plain("IResponse", "Response", "response"),
    plain("ISubscription", "Subscription", "subscription"),
    member("DateTime Timestamp", _timestamp),
    plain("bool", "Tracing", "tracing"),
    plain("IUser", "User", "user"),
    plain("IReadOnlyDictionary<string, object>", "Variables", "variables"),
    plain("IWorkspace", "Workspace", "workspace"),
    member("void Trace(string? message)", _trace),
)
_HEADERS = "IReadOnlyDictionary<string, string[]>"
_EXTENSIONS = (
    member(
        "static object GetValueOrDefault(this IReadOnlyDictionary<string, object> d, string name)", _text_or
    ),
    member(f"static string GetValueOrDefault(this {_HEADERS} d, string name)", _joined),
    member(f"static string GetValueOrDefault(this {_HEADERS} d, string name, string? defaultValue)", _joined),
    member(
        f"static string[] GetValueOrDefault(this {_HEADERS} d, string name, string[]? defaultValue)",
        _array_or,
    ),
    member(
        "static string GetValueOrDefault(this IReadOnlyDictionary<string, string> d, string name)", _text_or
    ),
    member(
        "static string GetValueOrDefault(this IReadOnlyDictionary<string, string> d, string name, "
        "string? defaultValue)",
        _text_or,
    ),
    # Found in policies in use, on what JsonConvert.DeserializeObject<IDictionary<string, string>> gives.
    member("static string GetValueOrDefault(this IDictionary<string, string> d, string name)", _text_or),
    member(
        "static string GetValueOrDefault(this IDictionary<string, string> d, string name, string? "
        "defaultValue)",
        _text_or,
    ),
    member(
        "static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> d, string name)",
        _variable,
        typed=True,
    ),
    member(
        "static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> d, string name, T "
        "defaultValue)",
        _variable,
        typed=True,
    ),
    member("static Jwt AsJwt(this string? input)", as_jwt),
    member("static bool TryParseJwt(this string? input, out Jwt result)", trying_token(as_jwt)),
    member("static BasicAuthCredentials AsBasic(this string? input)", as_basic),
    member(
        "static bool TryParseBasic(this string? input, out BasicAuthCredentials result)",
        trying_token(as_basic),
    ),
    member(
        "static string ToQueryString(this IDictionary<string, IList<string>> d)",
        lambda d: "?" + s if (s := form_text(d)) else None,
    ),
    member("static string ToFormUrlEncodedContent(this IDictionary<string, IList<string>> d)", form_text),
)


def _type(name: str, *members: Entry, kind: str = "interface") -> TypeEntry:
    return TypeEntry(name, _SPACE, _DOCS, members, kind)


TYPES = (
    _type("IProxyRequestContext", *_CONTEXT),
    _type(
        "IMessageBody",
        member("T As<T>(bool preserveContent = false)", body_as, typed=True),
        member(
            "IDictionary<string, IList<string>> AsFormUrlEncodedContent(bool preserveContent = false)",
            read_form,
        ),
    ),
    _type(
        "IUrl",
        member("string Host", lambda u: _uri(u).host),
        member("string Path", lambda u: _uri(u).absolute_path),
        member("int Port", lambda u: _uri(u).port),
        member("string Scheme", lambda u: _uri(u).scheme),
        member("string QueryString", lambda u: _uri(u).query),
        member(f"{_HEADERS} Query", _query),
        member("Uri ToUri()", _uri),
    ),
    _type(
        "IRequest",
        plain("IMessageBody", "Body", "body"),
        plain("X509Certificate2", "Certificate", "certificate"),
        plain("IFoundry", "Foundry", "foundry"),
        plain(_HEADERS, "Headers", "headers"),
        text("IpAddress", "ip_address"),
        plain("IReadOnlyDictionary<string, string>", "MatchedParameters", "matched_parameters"),
        text("Method", "method"),
        member("IUrl OriginalUrl", lambda r: r.original_url or r.url),
        plain("IUrl", "Url", "url"),
        member("IPrivateEndpointConnection PrivateEndpointConnection", lambda r: None),
    ),
    _type(
        "IResponse",
        plain("IMessageBody", "Body", "body"),
        plain(_HEADERS, "Headers", "headers"),
        plain("int", "StatusCode", "status_code"),
        text("StatusReason", "status_reason"),
    ),
    _type(
        "IPrivateEndpointConnection",
        text("Name", "name"),
        text("GroupId", "group_id"),
        text("MemberName", "member_name"),
    ),
    _type(
        "IBackend",
        text("Id", "id"),
        text("AzureRegion", "azure_region"),
        member("BackendType Type", lambda b: enum_value(_BACKEND, int(b.type == "Pool"))),
    ),
    enum("BackendType", _SPACE, _DOCS, "Single Pool"),
    _type("IFoundry", text("Deployment", "deployment")),
    _type("ISubscriptionKeyParameterNames", text("Header", "header"), text("Query", "query")),
    _type("IWorkspace", text("Id", "id"), text("Name", "name")),
    _type(
        "IGraphQL",
        plain("IGraphQLArguments", "Arguments", "arguments"),
        plain("IGraphQLArguments", "GraphQLArguments", "arguments"),
        plain("IGraphQLArguments", "Parent", "parent"),
    ),
    TypeEntry(
        "IGraphQLArguments", _SPACE, _DOCS, kind="interface", bases=("IReadOnlyDictionary<string, JToken>",)
    ),
    _type(
        "IApi",
        text("Id", "id"),
        plain("bool", "IsCurrentRevision", "is_current_revision"),
        text("Name", "name"),
        text("Path", "path"),
        many("string", "Protocols", "protocols"),
        text("Revision", "revision"),
        plain("IUrl", "ServiceUrl", "service_url"),
        plain(
            "ISubscriptionKeyParameterNames",
            "SubscriptionKeyParameterNames",
            "subscription_key_parameter_names",
        ),
        text("Version", "version"),
        plain("IWorkspace", "Workspace", "workspace"),
    ),
    _type(
        "IGateway",
        text("Id", "id"),
        text("InstanceId", "instance_id"),
        plain("bool", "IsManaged", "is_managed"),
    ),
    _type(
        "IDeployment",
        plain("IGateway", "Gateway", "gateway"),
        text("GatewayId", "gateway_id"),
        text("Region", "region"),
        text("ServiceId", "service_id"),
        text("ServiceName", "service_name"),
        member("IReadOnlyDictionary<string, X509Certificate2> Certificates", _certificates),
    ),
    _type(
        "ILastError",
        *(
            text(n, a)
            for n, a in (
                ("Source", "source"),
                ("Reason", "reason"),
                ("Message", "message"),
                ("Scope", "scope"),
            )
        ),
        *(text(n, a) for n, a in (("Section", "section"), ("Path", "path"), ("PolicyId", "policy_id"))),
    ),
    _type(
        "IOperation",
        text("Id", "id"),
        text("Method", "method"),
        text("Name", "name"),
        text("UrlTemplate", "url_template"),
    ),
    _type("IGroup", text("Id", "id"), text("Name", "name")),
    _type("IUserIdentity", text("Id", "id"), text("Provider", "provider")),
    enum("ProductState", _SPACE, _DOCS, "NotPublished Published"),
    _type(
        "IProduct",
        member("IEnumerable<IApi> Apis", lambda p: NetArray(t.array(t.make("IApi")), [])),
        plain("bool", "ApprovalRequired", "approval_required"),
        many("IGroup", "Groups", "groups"),
        text("Id", "id"),
        text("Name", "name"),
        member("ProductState State", lambda p: enum_value(_STATE, _PRODUCT_STATES[p.state])),
        plain("int?", "SubscriptionLimit", "subscription_limit"),
        plain("int?", "SubscriptionsLimit", "subscription_limit"),
        plain("bool", "SubscriptionRequired", "subscription_required"),
        member("IWorkspace Workspace", lambda p: None),
    ),
    _type(
        "ISubscription",
        date("DateTime", "CreatedDate", "created_date"),
        date("DateTime?", "EndDate", "end_date"),
        text("Id", "id"),
        text("Key", "key"),
        text("Name", "name"),
        text("PrimaryKey", "primary_key"),
        text("SecondaryKey", "secondary_key"),
        date("DateTime?", "StartDate", "start_date"),
    ),
    _type(
        "IUser",
        text("Email", "email"),
        text("FirstName", "first_name"),
        many("IGroup", "Groups", "groups"),
        text("Id", "id"),
        many("IUserIdentity", "Identities", "identities"),
        text("LastName", "last_name"),
        text("Note", "note"),
        date("DateTime", "RegistrationDate", "registration_date"),
    ),
    _type(
        "BasicAuthCredentials",
        member("string UserId", lambda b: b.user_id),
        member("string Username", lambda b: b.user_id),
        member("string Password", lambda b: b.password),
        kind="class",
    ),
    _type(
        "Authorization",
        member("string AccessToken", lambda a: a.access_token),
        plain("IReadOnlyDictionary<string, object>", "Claims", "claims"),
        kind="class",
    ),
    _type(
        "Jwt",
        member("string Algorithm", lambda x: to_string(x.header.get("alg"))),
        member("string Type", lambda x: to_string(x.header.get("typ"))),
        member("string Id", lambda x: x.field("jti")),
        member("string Issuer", lambda x: x.field("iss")),
        member("string Subject", lambda x: x.field("sub")),
        member("IEnumerable<string> Audiences", audiences),
        plain(_HEADERS, "Claims", "claims"),
        member("DateTime? ExpirationTime", lambda x: x.time("exp")),
        member("DateTime? IssuedAt", lambda x: x.time("iat")),
        member("DateTime? NotBefore", lambda x: x.time("nbf")),
        kind="class",
    ),
    TypeEntry("ApimExtensions", _SPACE, _DOCS, _EXTENSIONS, "static"),
)
