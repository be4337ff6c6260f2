"""Which API and operation a request is for, and whose subscription key it carries.

Sources: subscription keys, https://learn.microsoft.com/azure/api-management/api-management-subscriptions
(2023-08-02); operations, https://learn.microsoft.com/azure/api-management/add-api-manually (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from gatewright.apim.bundle import Api, Bundle, Operation, Product, Subscription

_DOTS = frozenset({".", ".."})
_PARAMETER = re.compile(r"\{(\*?)([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """A request's API and operation.

    Attributes:
        api: the API whose path is the longest that matches.
        operation: None when the API has none that matches.
        rest: the path behind the API's path, with its leading slash.
        parameters: values of the URL template's parameters, decoded.
    """

    api: Api
    operation: Operation | None
    rest: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Template:
    operation: Operation
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    literals: int


@dataclass(frozen=True, slots=True)
class _Entry:
    api: Api
    prefix: str
    templates: Mapping[str, tuple[_Template, ...]]


class Router:
    """APIs by path, operations by method and URL template; the most specific wins."""

    def __init__(self, apis: Iterable[Api]) -> None:
        entries = [_entry(api) for api in apis]
        self._entries = sorted(entries, key=lambda entry: len(entry.prefix), reverse=True)

    def match(self, method: str, path: str) -> Match | None:
        """The API and operation of a request, None when no API matches.

        Args:
            method: the HTTP method, in capitals.
            path: the raw path, percent-encoded, without query.
        """
        if "/." in path and not _DOTS.isdisjoint(path.split("/")):
            return None
        folded = path.casefold()
        for entry in self._entries:
            prefix = entry.prefix
            if not folded.startswith(prefix) or folded[len(prefix) : len(prefix) + 1] not in ("", "/"):
                continue
            rest = path[len(prefix) :] or "/"
            for template in entry.templates.get(method, ()):
                if found := template.pattern.fullmatch(rest):
                    found_values = zip(template.names, found.groups(), strict=True)
                    values = {name: unquote(value) for name, value in found_values}
                    return Match(entry.api, template.operation, rest, values)
            return Match(entry.api, None, rest, {})
        return None


def _entry(api: Api) -> _Entry:
    by_method: dict[str, list[_Template]] = {}
    for operation in api.operations:
        by_method.setdefault(operation.method, []).append(_template(operation))
    ordered = {
        method: tuple(sorted(found, key=lambda item: item.literals, reverse=True))
        for method, found in by_method.items()
    }
    path = api.path.strip("/")
    return _Entry(api, f"/{path}".casefold() if path else "", ordered)


def _template(operation: Operation) -> _Template:
    path = operation.url_template.partition("?")[0]
    pattern, literals, end, names = "", 0, 0, []
    for found in _PARAMETER.finditer(path):
        literal = path[end : found.start()]
        pattern += re.escape(literal) + ("(.*)" if found.group(1) else "([^/]+)")
        literals += len(literal)
        names.append(found.group(2))
        end = found.end()
    tail = path[end:]
    wildcard = tail.endswith("/*")
    pattern += re.escape(tail.removesuffix("*") if wildcard else tail) + (".*" if wildcard else "")
    return _Template(operation, re.compile(pattern, re.IGNORECASE), tuple(names), literals + len(tail))


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call: the subscription of the key, and the product it stands for.

    Attributes:
        subscription: None for a keyless call.
        key: the key that was sent.
        product: None where none is in play.
        tenant: id of the tenant whose product it is.
    """

    subscription: Subscription | None
    key: str
    product: Product | None
    tenant: str | None


@dataclass(frozen=True, slots=True)
class Denied:
    """Why a request may not call.

    Attributes:
        missing: no key was sent; otherwise the one sent is not valid here.
    """

    missing: bool


class KeyCheck:
    """The built-in subscription key check."""

    def __init__(self, bundle: Bundle, keys: Mapping[str, str]) -> None:
        products = {item.id: item for item in bundle.products}
        self._tenants = {entities.product: tenant for tenant, entities in bundle.tenants.items()}
        self._by_key: dict[str, tuple[Subscription, Product]] = {}
        for item in bundle.subscriptions:
            if key := keys.get(item.id):
                self._by_key[key] = (item, products[item.product])
        self._open = {
            api: product
            for product in bundle.products
            if not product.subscription_required and product.state == "published"
            for api in product.apis
        }

    def check(self, api: Api, key: str | None) -> Access | Denied:
        """Whether a key, or no key, opens an API.

        Args:
            api: the API that was matched.
            key: from the API's key header, else from its query parameter; None where neither is there.
        """
        if key is not None:
            found = self._by_key.get(key)
            if found is None or found[0].state != "active" or api.id not in found[1].apis:
                return Denied(missing=False)
            return Access(found[0], key, found[1], self._tenants.get(found[1].id))
        product = self._open.get(api.id)
        if product is None and api.subscription_required:
            return Denied(missing=True)
        tenant = self._tenants.get(product.id) if product else None
        return Access(None, "", product, tenant)
