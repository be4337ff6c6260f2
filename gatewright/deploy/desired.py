"""Bundle → the entities as they shall be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatewright.apim.bundle import (
    Api,
    Backend,
    Bundle,
    CircuitBreaker,
    NamedValue,
    Operation,
    PoolBackend,
    SingleBackend,
    fill,
    inside,
)
from gatewright.deploy import codes
from gatewright.deploy.entities import Desired, Json, Key, Kind, Properties
from gatewright.deploy.normal import TLS_CHECKS, normal
from gatewright.deploy.stamp import described, fingerprint
from gatewright.diagnostics import Diagnostic, Rejected, Span

_PLACEHOLDER = re.compile(r"<([A-Za-z][A-Za-z0-9.-]*)>")
_VALUE = re.compile(r"[A-Za-z0-9._:/-]+")
_PARAMETER = re.compile(r"\{([^{}*]+)\}")
VAULT_HINT = "--key-vault URI, or AZURE_KEY_VAULT_ENDPOINT of azd"
VAULT = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?/?")


@dataclass(frozen=True, slots=True)
class Values:
    """What exists only after provisioning.

    Attributes:
        placeholders: value of each `<name>` of the bundle that an entity uses.
        key_vault: URI of the vault that holds the secrets, such as https://example.vault.azure.net/.
        key_vault_client_id: client id of the identity that reads it; None for the service's own.
        service_id: ARM id of the API Management service.
    """

    service_id: str
    placeholders: Mapping[str, str] = field(default_factory=dict)
    key_vault: str | None = None
    key_vault_client_id: str | None = None


def desired(bundle: Bundle, build_dir: Path, values: Values) -> tuple[Desired, ...]:
    """Every entity of a bundle, in the order of writing.

    Raises:
        Rejected: DEP802, DEP803 for values, DEP804 for files, POL2xx for policy documents; all of them.
    """
    found = [*_value_faults(bundle, values)]
    if found:
        raise Rejected(found)
    made: list[Desired] = []
    for key, properties in _entities(bundle, build_dir, values):
        try:
            read = _with_document(properties)
            made.append(Desired(key, read, fingerprint(normal(key, read))))
        except Rejected as rejected:
            found.extend(rejected.diagnostics)
    if found:
        raise Rejected(found)
    return tuple(sorted(made, key=lambda item: item.key.order))


def _with_document(properties: Properties) -> Properties:
    file = properties.get("file")
    if not isinstance(file, str):
        return properties
    try:
        text = Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror or str(fault) if isinstance(fault, OSError) else str(fault)
        hint = "run gatewright generate again"
        raise Rejected([codes.NO_POLICY_FILE.at(Span(file), reason, hint=hint)]) from fault
    rest = {name: value for name, value in properties.items() if name != "file"}
    # Our documents are well-formed XML with C# escaped, which `xml` says exactly; `rawxml` would leave open
    # whether `&amp;` inside C# is one character or five.
    return {**rest, "value": text, "format": "xml"}


def _value_faults(bundle: Bundle, values: Values) -> Iterator[Diagnostic]:
    texts = [item.url for item in bundle.backends if isinstance(item, SingleBackend)]
    texts += [item.value for item in bundle.named_values if item.value is not None]
    for name in sorted({name for text in texts for name in _PLACEHOLDER.findall(text)}):
        value = values.placeholders.get(name)
        if not value:
            message = f"<{name}> has no value: {bundle.placeholders.get(name, name)}"
            yield codes.UNFILLED.at(None, message, hint=f"--set {name}=VALUE, or {variable(name)} of azd")
        elif not _VALUE.fullmatch(value):
            hint = "letters, digits and . _ : / - only"
            yield codes.BAD_VALUE.at(None, f"the value of <{name}> is {value!r}", hint=hint)
    if not any(item.key_vault_secret for item in bundle.named_values):
        return
    if not values.key_vault:
        message = "the URI of the key vault that holds the gateway's secrets is not given"
        yield codes.UNFILLED.at(None, message, hint=VAULT_HINT)
    elif not VAULT.fullmatch(values.key_vault):
        hint = "it looks like https://example.vault.azure.net/"
        yield codes.BAD_VALUE.at(None, f"{values.key_vault!r} is no URI of a key vault", hint=hint)


def variable(name: str) -> str:
    """The environment variable that azd gives a placeholder's value in.

    >>> variable("proxyHost"), variable("endpoint.sweden")
    ('PROXY_HOST', 'ENDPOINT_SWEDEN')
    """
    return re.sub(r"[^A-Za-z0-9]", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).upper()


def _entities(bundle: Bundle, build_dir: Path, values: Values) -> Iterator[tuple[Key, Properties]]:
    def document(file: str, **more: Json) -> Properties:
        return {"file": str(inside(build_dir, file)), **more}

    if bundle.service.global_policy:
        yield Key(Kind.GLOBAL_POLICY), document(bundle.service.global_policy)
    for named in bundle.named_values:
        yield Key(Kind.NAMED_VALUE, (named.id,)), _named_value(named, values)
    for fragment in bundle.fragments:
        text = described(Kind.FRAGMENT, fragment.description)
        yield Key(Kind.FRAGMENT, (fragment.id,)), document(fragment.file, description=text)
    for backend in bundle.backends:
        kind = Kind.POOL if isinstance(backend, PoolBackend) else Kind.BACKEND
        yield Key(kind, (backend.id,)), _backend(backend, values)
    for api in bundle.apis:
        yield Key(Kind.API, (api.id,)), _api(api)
        if api.policy:
            yield Key(Kind.API_POLICY, (api.id,)), document(api.policy)
        for operation in api.operations:
            yield Key(Kind.OPERATION, (api.id, operation.id)), _operation(operation)
            if operation.policy:
                yield Key(Kind.OPERATION_POLICY, (api.id, operation.id)), document(operation.policy)
    for product in bundle.products:
        properties = product.model_dump(
            by_alias=True, include={"display_name", "description", "subscription_required", "state"}
        )
        yield Key(Kind.PRODUCT, (product.id,)), properties
        if product.policy:
            yield Key(Kind.PRODUCT_POLICY, (product.id,)), document(product.policy)
        yield from ((Key(Kind.PRODUCT_API, (product.id, name)), {}) for name in product.apis)
    for item in bundle.subscriptions:
        shown: Properties = {
            "displayName": item.display_name,
            "scope": f"/products/{item.product}",
            "state": item.state,
        }
        yield Key(Kind.SUBSCRIPTION, (item.id,)), shown


def _named_value(named: NamedValue, values: Values) -> Properties:
    base: dict[str, Json] = {"displayName": named.display_name, "secret": named.secret}
    if named.key_vault_secret is None:
        return {**base, "value": fill(named.value or "", values.placeholders)}
    vault: dict[str, Json] = {
        "secretIdentifier": f"{(values.key_vault or '').rstrip('/')}/secrets/{named.key_vault_secret}"
    }
    if values.key_vault_client_id:
        vault["identityClientId"] = values.key_vault_client_id
    return {**base, "keyVault": vault}


def _backend(backend: Backend, values: Values) -> Properties:
    base: dict[str, Json] = {"type": backend.type, "description": backend.description}
    if isinstance(backend, PoolBackend):
        members: list[Json] = [
            {
                "id": f"{values.service_id}/backends/{item.id}",
                "priority": item.priority,
                "weight": item.weight,
            }
            for item in backend.pool.services
        ]
        return {**base, "pool": {"services": members}}
    base |= {"url": fill(backend.url, values.placeholders), "protocol": backend.protocol}
    base["tls"] = dict.fromkeys(TLS_CHECKS, True)
    if backend.circuit_breaker:
        base["circuitBreaker"] = {"rules": [_rule(backend.circuit_breaker)]}
    return base


def _rule(breaker: CircuitBreaker) -> Properties:
    shown: dict[str, Json] = breaker.model_dump(by_alias=True, exclude_none=True, mode="json")
    return shown


def _api(api: Api) -> Properties:
    shown: dict[str, Json] = api.model_dump(
        by_alias=True, mode="json", exclude={"id", "policy", "operations"}
    )
    return shown


def _operation(operation: Operation) -> Properties:
    # Azure refuses a URL template with a parameter that is not declared.
    parameters: list[Json] = [
        {"name": name, "type": "string", "required": True}
        for name in _PARAMETER.findall(operation.url_template)
    ]
    shown: dict[str, Json] = {
        "displayName": operation.display_name,
        "method": operation.method,
        "urlTemplate": operation.url_template,
        "description": "",
    }
    return {**shown, "templateParameters": parameters} if parameters else shown
