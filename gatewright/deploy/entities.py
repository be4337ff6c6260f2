"""What deploy writes: an entity's kind, its key, and the properties it shall have.

Kinds are declared in dependency order: an entity refers only to entities of earlier kinds. A product gets its
policy before it is linked to an API and before anyone can subscribe: nothing is ever open without limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Properties: TypeAlias = Mapping[str, Json]


class Kind(Enum):
    """A kind of entity; the value is its resource path below the service, with one `{}` for each id."""

    NAMED_VALUE = "namedValues/{}"
    FRAGMENT = "policyFragments/{}"
    BACKEND = "backends/{}"
    POOL = "backends/{} "
    GLOBAL_POLICY = "policies/policy"
    API = "apis/{}"
    API_POLICY = "apis/{}/policies/policy"
    OPERATION = "apis/{}/operations/{}"
    OPERATION_POLICY = "apis/{}/operations/{}/policies/policy"
    PRODUCT = "products/{}"
    PRODUCT_POLICY = "products/{}/policies/policy"
    PRODUCT_API = "products/{}/apis/{}"
    SUBSCRIPTION = "subscriptions/{}"

    @property
    def rank(self) -> int:
        """The place in the order of writing; deletion goes the other way."""
        return ORDER.index(self)

    @property
    def is_policy(self) -> bool:
        """True for a policy document at any scope."""
        return self in POLICIES


ORDER = tuple(Kind)
POLICIES = frozenset({Kind.GLOBAL_POLICY, Kind.API_POLICY, Kind.OPERATION_POLICY, Kind.PRODUCT_POLICY})
DOCUMENTS = POLICIES | {Kind.FRAGMENT}


@dataclass(frozen=True, slots=True)
class Key:
    """Which entity: its kind and its ids, outermost first."""

    kind: Kind
    ids: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The resource path below the service.

        >>> Key(Kind.PRODUCT_API, ("gw-a", "gw-openai")).path
        'products/gw-a/apis/gw-openai'
        """
        return self.kind.value.strip().format(*self.ids)

    @property
    def order(self) -> tuple[int, tuple[str, ...]]:
        """What to sort by for writing."""
        return self.kind.rank, self.ids

    @property
    def parent(self) -> Key | None:
        """The entity that this one is a part of and vanishes with; None for one that stands alone."""
        match self.kind:
            case Kind.API_POLICY | Kind.OPERATION:
                return Key(Kind.API, self.ids[:1])
            case Kind.OPERATION_POLICY:
                return Key(Kind.OPERATION, self.ids)
            case Kind.PRODUCT_POLICY | Kind.PRODUCT_API:
                return Key(Kind.PRODUCT, self.ids[:1])
            case _:
                return None


LOCK = Key(Kind.NAMED_VALUE, ("gw-deploy-lock",))


@dataclass(frozen=True, slots=True)
class Desired:
    """An entity as it shall be.

    Attributes:
        key: which entity.
        properties: the managed properties, as the wire has them, without our stamp; empty for a link.
        fingerprint: of the properties in their normal form.
    """

    key: Key
    properties: Properties
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Live:
    """An entity as it is in the service.

    Attributes:
        key: which entity.
        normal: the managed properties in their normal form, our stamp taken away.
        fingerprint: of `normal`.
        stamp: the fingerprint that the last deployment wrote; None where the entity carries none.
        ours: it carries our marker and our provenance, or is a part of an entity that does.
    """

    key: Key
    normal: Properties
    fingerprint: str
    stamp: str | None
    ours: bool


@dataclass(frozen=True, slots=True)
class LiveState:
    """What the service holds, as far as it concerns us: our entities, and any that has an id of ours."""

    entities: Mapping[Key, Live]

    def get(self, key: Key) -> Live | None:
        """The entity with a key, if it is there."""
        return self.entities.get(key)
