"""The deployable whole: every API Management entity, and which policy file stands at which scope.

`build/<env>/bundle.json` holds it. A value that exists only after provisioning stands as a placeholder,
`<proxyHost>`; placeholders occur in the URLs of backends and the values of named values, nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import ValidationError

from gatewright.apim.bundle.entities import (
    Api,
    Backend,
    CircuitBreaker,
    Entity,
    FailureCondition,
    Fragment,
    KeyParameterNames,
    Model,
    NamedValue,
    Operation,
    PoolBackend,
    PoolService,
    PoolServices,
    Product,
    Service,
    SingleBackend,
    StatusRange,
    Subscription,
    TenantEntities,
    json_text,
    sentences,
)
from gatewright.diagnostics import Code, Rejected, Severity, Span

__all__ = [
    "BROKEN_BUNDLE",
    "NAME",
    "NO_BUNDLE",
    "UNFILLED",
    "Api",
    "Backend",
    "Bundle",
    "CircuitBreaker",
    "Entity",
    "FailureCondition",
    "Fragment",
    "KeyParameterNames",
    "Model",
    "NamedValue",
    "Operation",
    "PoolBackend",
    "PoolService",
    "PoolServices",
    "Product",
    "Service",
    "SingleBackend",
    "StatusRange",
    "Subscription",
    "TenantEntities",
    "fill",
    "inside",
    "json_text",
    "sentences",
]

NAME = "bundle.json"

NO_BUNDLE = Code(
    "GEN410", "no-bundle", Severity.ERROR, "There is no bundle to read in this folder.", unreadable=True
)
BROKEN_BUNDLE = Code(
    "GEN411", "broken-bundle", Severity.ERROR, "The bundle is not what `gatewright generate` writes."
)
UNFILLED = Code("GEN412", "placeholder-unfilled", Severity.ERROR, "A placeholder of the bundle has no value.")

_PLACEHOLDER = re.compile(r"<([A-Za-z][A-Za-z0-9.-]*)>")


class Bundle(Entity):
    """What `gatewright generate` writes and everything behind it reads.

    Attributes:
        version: of this format.
        environment: the environment it was generated for.
        marker: the prefix of every id that is ours.
        generator: name and version of what wrote it.
        caches: none are generated yet; anything here is refused. So are `loggers` and `diagnostics`.
        models: model aliases by name.
        tenants: the entities of each tenant by tenant id.
        placeholders: what each `<name>` stands for, in words.
    """

    version: Literal[1] = 1
    environment: str
    marker: str
    generator: str
    service: Service
    apis: tuple[Api, ...]
    products: tuple[Product, ...]
    subscriptions: tuple[Subscription, ...]
    backends: tuple[Backend, ...]
    named_values: tuple[NamedValue, ...]
    fragments: tuple[Fragment, ...]
    caches: tuple[()] = ()
    loggers: tuple[()] = ()
    diagnostics: tuple[()] = ()
    models: dict[str, Model]
    tenants: dict[str, TenantEntities]
    placeholders: dict[str, str]

    @classmethod
    def load(cls, build_dir: Path) -> Bundle:
        """The bundle of a build folder, cross-checked; policy files are named, not read.

        Raises:
            Rejected: GEN410 when it cannot be read, GEN411 for each thing that is wrong in it.
        """
        path = build_dir / NAME
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            hint = "run gatewright generate first"
            raise Rejected([NO_BUNDLE.at(Span(str(path)), _reason(fault), hint=hint)]) from fault
        return cls.read(text, str(path))

    @classmethod
    def read(cls, text: str, file: str) -> Bundle:
        """The bundle of a JSON text, cross-checked.

        Args:
            text: the content of a `bundle.json`.
            file: how the file is called in diagnostics.

        Raises:
            Rejected: GEN411 for each thing that is wrong in it.
        """
        try:
            bundle = cls.model_validate_json(text)
        except ValidationError as fault:
            found = [BROKEN_BUNDLE.at(Span(file), message, hint=_AGAIN) for message in sentences(fault)]
            raise Rejected(found) from fault
        found = [BROKEN_BUNDLE.at(Span(file), message, hint=_AGAIN) for message in bundle.faults()]
        if found:
            raise Rejected(found)
        return bundle

    def to_json(self) -> str:
        """The bundle as text: keys in the order declared, two spaces, a newline at the end."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"

    def policy_files(self) -> Iterator[str]:
        """Every policy and fragment file that the bundle names, relative to the build folder."""
        if self.service.global_policy:
            yield self.service.global_policy
        for api in self.apis:
            yield from (file for file in (api.policy, *(item.policy for item in api.operations)) if file)
        yield from (product.policy for product in self.products if product.policy)
        yield from (fragment.file for fragment in self.fragments)

    def filled(self, values: Mapping[str, str]) -> Bundle:
        """The bundle with each placeholder replaced, in backend URLs and named values.

        Raises:
            Rejected: GEN412 for each placeholder without a value.
        """
        missing = [name for name in self.placeholders if name not in values]
        if missing:
            messages = (f"<{name}> has no value: {self.placeholders[name]}" for name in missing)
            raise Rejected([UNFILLED.at(None, message) for message in messages])
        return self.model_copy(
            update={
                "backends": tuple(
                    item.model_copy(update={"url": fill(item.url, values)})
                    if isinstance(item, SingleBackend)
                    else item
                    for item in self.backends
                ),
                "named_values": tuple(
                    item
                    if item.value is None
                    else item.model_copy(update={"value": fill(item.value, values)})
                    for item in self.named_values
                ),
            }
        )

    def faults(self) -> Iterator[str]:
        """What does not fit together: doubled ids, references to nothing, paths that leave the folder."""
        yield from _doubled(self)
        yield from _dangling(self)
        for text in self._open_texts():
            for name in _PLACEHOLDER.findall(text):
                if name not in self.placeholders:
                    yield f"the placeholder <{name}> is used and not declared"

    def _open_texts(self) -> Iterator[str]:
        yield from (item.url for item in self.backends if isinstance(item, SingleBackend))
        yield from (item.value for item in self.named_values if item.value is not None)


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders replaced.

    Raises:
        Rejected: GEN412 when one has no value.

    >>> fill("https://<proxyHost>/b", {"proxyHost": "proxy.example.org"})
    'https://proxy.example.org/b'
    """

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in values:
            raise Rejected([UNFILLED.at(None, f"<{name}> has no value")])
        return values[name]

    return _PLACEHOLDER.sub(value, text)


_AGAIN = "run gatewright generate again"


def _reason(fault: Exception) -> str:
    return fault.strerror or str(fault) if isinstance(fault, OSError) else str(fault)


def _doubled(bundle: Bundle) -> Iterator[str]:
    kinds: tuple[tuple[str, Iterable[str]], ...] = (
        ("api", (item.id for item in bundle.apis)),
        ("product", (item.id for item in bundle.products)),
        ("subscription", (item.id for item in bundle.subscriptions)),
        ("backend", (item.id for item in bundle.backends)),
        ("named value", (item.id for item in bundle.named_values)),
        ("fragment", (item.id for item in bundle.fragments)),
        *(("operation", (item.id for item in api.operations)) for api in bundle.apis),
    )
    for kind, ids in kinds:
        for name, times in Counter(ids).items():
            if times > 1:
                yield f"the {kind} {name} stands there {times} times"


def _dangling(bundle: Bundle) -> Iterator[str]:
    apis = {item.id for item in bundle.apis}
    products = {item.id for item in bundle.products}
    subscriptions = {item.id for item in bundle.subscriptions}
    singles = {item.id for item in bundle.backends if isinstance(item, SingleBackend)}
    backends = {item.id for item in bundle.backends}
    for product in bundle.products:
        yield from _missing(f"product {product.id}", "API", product.apis, apis)
    for item in bundle.subscriptions:
        yield from _missing(f"subscription {item.id}", "product", (item.product,), products)
    for backend in bundle.backends:
        if isinstance(backend, PoolBackend):
            members = (member.id for member in backend.pool.services)
            yield from _missing(f"pool {backend.id}", "single backend", members, singles)
    for alias, model in bundle.models.items():
        yield from _missing(f"model {alias}", "backend", (model.backend,), backends)
    for tenant, entities in bundle.tenants.items():
        yield from _missing(f"tenant {tenant}", "product", (entities.product,), products)
        yield from _missing(f"tenant {tenant}", "subscription", entities.subscriptions, subscriptions)


def _missing(who: str, kind: str, names: Iterable[str], known: set[str]) -> Iterator[str]:
    yield from (f"{who} names the {kind} {name}, which is not there" for name in names if name not in known)


def inside(build_dir: Path, file: str) -> Path:
    """Where a file of the bundle lies; file names of a bundle never leave its folder."""
    return build_dir.joinpath(*PurePosixPath(file).parts)
