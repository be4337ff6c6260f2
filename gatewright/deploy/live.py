"""What the service holds of ours, read with bounded concurrency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from gatewright.deploy.entities import DOCUMENTS, LOCK, Key, Kind, Live, LiveState, Properties
from gatewright.deploy.normal import mapping, normal
from gatewright.deploy.policy_text import stamp_of
from gatewright.deploy.service import Service
from gatewright.deploy.stamp import fingerprint, read_description, read_tags
from gatewright.diagnostics import Rejected

UNREADABLE = "unreadable"


def live_of(key: Key, properties: Properties, *, part: bool = False) -> Live:
    """An entity as read, in its normal form.

    A document that cannot be read has the fingerprint `unreadable`: whatever it is, we did not write it.

    Args:
        key: which entity.
        properties: as the service returned them.
        part: it belongs to an entity of ours, which is provenance enough.
    """
    mark, ours, plain = _unstamped(key, properties)
    try:
        form = normal(key, plain)
    except Rejected:
        return Live(key, plain, UNREADABLE, mark, ours or part)
    return Live(key, form, fingerprint(form), mark, ours or part)


def _unstamped(key: Key, properties: Properties) -> tuple[str | None, bool, Properties]:
    if key.kind is Kind.NAMED_VALUE:
        tags = properties.get("tags")
        mark, ours = read_tags([str(tag) for tag in tags] if isinstance(tags, list) else [])
        return mark, ours, properties
    if key.kind in DOCUMENTS and key.kind is not Kind.FRAGMENT:
        return (*_document_stamp(key, properties), properties)
    text, mark, ours = read_description(str(properties.get("description") or ""))
    if key.kind is Kind.FRAGMENT:
        inner, stamped = _document_stamp(key, properties)
        mark, ours = mark or inner, ours or stamped
    return mark, ours, {**properties, "description": text}


def _document_stamp(key: Key, properties: Properties) -> tuple[str | None, bool]:
    try:
        return stamp_of(str(properties.get("value") or ""), key.path)
    except Rejected:
        return None, False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a service.

    Attributes:
        service: which one.
        marker: prefix of the ids that may be ours; nothing else is looked at.
        concurrency: requests at once.
        global_policy: read the service-wide policy too; only where the estate owns it.
    """

    service: Service
    marker: str
    concurrency: int = 8
    global_policy: bool = False

    def state(self) -> LiveState:
        """Everything that has an id of ours.

        Raises:
            Rejected: DEP82x when Azure does not answer as expected.
        """
        found: dict[Key, Live] = {}
        with ThreadPoolExecutor(self.concurrency) as pool:
            kinds = (Kind.NAMED_VALUE, Kind.BACKEND, Kind.API, Kind.PRODUCT, Kind.FRAGMENT, Kind.SUBSCRIPTION)
            lists = dict(zip(kinds, pool.map(self._list, kinds), strict=True))
            subscriptions = lists.pop(Kind.SUBSCRIPTION)
            documents = lists.pop(Kind.FRAGMENT)
            for listed in lists.values():
                found.update((key, live_of(key, properties)) for key, properties in listed)
            self._documents(pool.map, [key for key, _ in documents], found, part=False)
            found.update((item.key, item) for item in map(_subscription(found), subscriptions))
            self._parts(pool.map, found)
        return LiveState(found)

    def _list(self, kind: Kind) -> list[tuple[Key, Properties]]:
        return [
            (Key(_kind(kind, properties), (name,)), properties)
            for name, properties in self._listed(kind)
            if name.startswith(self.marker) and name != LOCK.ids[0]
        ]

    def _listed(self, kind: Kind, ids: tuple[str, ...] = ()) -> Iterator[tuple[str, Properties]]:
        """To Azure GW-Retail and gw-retail are one entity; ids of ours are lower case."""
        return ((name.lower(), properties) for name, properties in self.service.list(kind, ids))

    def _parts(self, each: _Map, found: dict[Key, Live]) -> None:
        ours = [key for key, item in found.items() if item.ours]
        apis = [key.ids[0] for key in ours if key.kind is Kind.API]
        products = [key.ids[0] for key in ours if key.kind is Kind.PRODUCT]
        for item in (item for items in each(self._operations, apis) for item in items):
            found[item.key] = item
        for item in (item for items in each(self._links, products) for item in items):
            found[item.key] = item
        keys = [Key(Kind.API_POLICY, (name,)) for name in apis]
        keys += [Key(Kind.PRODUCT_POLICY, (name,)) for name in products]
        keys += [Key(Kind.OPERATION_POLICY, key.ids) for key in found if key.kind is Kind.OPERATION]
        keys += [Key(Kind.GLOBAL_POLICY)] if self.global_policy else []
        self._documents(each, keys, found, part=True)

    def _documents(self, each: _Map, keys: list[Key], found: dict[Key, Live], *, part: bool) -> None:
        def read(key: Key) -> list[Live]:
            answer = self.service.read(key)
            return [] if answer is None else [live_of(key, answer.properties, part=part)]

        found.update((item.key, item) for items in each(read, keys) for item in items)

    def _operations(self, api: str) -> list[Live]:
        return [
            live_of(Key(Kind.OPERATION, (api, name)), properties)
            for name, properties in self._listed(Kind.OPERATION, (api,))
        ]

    def _links(self, product: str) -> list[Live]:
        return [
            Live(
                Key(Kind.PRODUCT_API, (product, name)),
                {},
                fingerprint({}),
                None,
                name.startswith(self.marker),
            )
            for name, _ in self._listed(Kind.PRODUCT_API, (product,))
        ]


_Map = Callable[[Callable[..., list[Live]], Iterable[object]], Iterator[list[Live]]]


def _kind(kind: Kind, properties: Properties) -> Kind:
    is_pool = kind is Kind.BACKEND and bool(mapping(properties.get("pool")))
    return Kind.POOL if is_pool else kind


def _subscription(found: dict[Key, Live]) -> Callable[[tuple[Key, Properties]], Live]:
    """A subscription has no place for a stamp: it is ours by its id and by the product it opens."""

    def live(listed: tuple[Key, Properties]) -> Live:
        key, properties = listed
        item = live_of(key, properties)
        product = found.get(Key(Kind.PRODUCT, (str(item.normal["scope"]).rpartition("/")[2],)))
        return Live(key, item.normal, item.fingerprint, None, product is not None and product.ours)

    return live
