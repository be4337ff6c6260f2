"""The keys of tenants: API Management makes them, Key Vault keeps the one in use, nobody else sees them.

A subscription has two keys. One stands in the Key Vault secret that the tenant names; the other one is spare
and nobody knows it. Rotation makes a new spare key and publishes it: both keys work from then on, so that no
client is locked out. To finish, the key that was published before is made anew, which ends it. That a
rotation is open stands in a tag of the secret. Every step may be cut and done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

from gatewright.apim.bundle import Bundle
from gatewright.deploy import codes
from gatewright.deploy.entities import Key, Kind
from gatewright.deploy.plan import Action, Plan
from gatewright.deploy.service import KeyPair, Service, Slot
from gatewright.deploy.vault import Secret, Vault
from gatewright.diagnostics import Diagnostic, Rejected, nearest

OPEN = "gatewright-rotation"  # tag of a secret: the slot of the key that is to be ended
SOURCE = "gatewright-subscription"  # tag of a secret: whose key it is


class State(Enum):
    """Of a secret, for a deployment."""

    GOOD = "holds a key of its subscription"
    OPEN = "is to be written"
    FOREIGN = "holds something that is not ours"


@dataclass(frozen=True, slots=True)
class Holder:
    """A subscription, and the Key Vault secret that its key is published in."""

    subscription: str
    secret: str

    @property
    def path(self) -> str:
        """What is written.

        >>> Holder("gw-retail", "retail-key").path
        'secrets/retail-key'
        """
        return f"secrets/{self.secret}"


def holders_of(bundle: Bundle, tenant: str | None = None) -> list[Holder]:
    """The subscriptions of a tenant, at least one.

    Args:
        bundle: of the estate.
        tenant: which one; None takes the first that has a subscription.

    Raises:
        Rejected: DEP834 when there is no such tenant, or none with a subscription.
    """
    with_keys = {name: entities for name, entities in bundle.tenants.items() if entities.subscriptions}
    name = next(iter(with_keys), None) if tenant is None else tenant
    if name is None or name not in with_keys:
        close = nearest(name or "", with_keys)
        hint = f"did you mean {close}?" if close else None
        message = f"there is no tenant {name} with a subscription key" if name else "no tenant has a key"
        raise Rejected([codes.NO_TENANT_KEY.at(None, message, hint=hint)])
    secrets = {item.id: item.key_vault_secret for item in bundle.subscriptions}
    return [Holder(item, secrets[item]) for item in with_keys[name].subscriptions]


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a service and the vault that they are published in.

    Attributes:
        service: makes the keys.
        vault: keeps them.
        concurrency: requests at once.
        adopt: paths of secrets that are written over, whoever made them.
    """

    service: Service
    vault: Vault
    concurrency: int = 8
    adopt: Collection[str] = ()

    def unpublished(self, holders: Iterable[Holder], planned: Plan) -> tuple[Holder, ...]:
        """Whose secret is absent, or holds neither key of the subscription, once a plan is carried out.

        Raises:
            Rejected: DEP835 for each secret that holds something else and was not made here; DEP82x.
        """
        written = {
            step.key.ids[0]
            for step in planned.writes
            if step.key.kind is Kind.SUBSCRIPTION and step.action is Action.CREATE
        }
        asked = tuple(holders)
        with ThreadPoolExecutor(self.concurrency) as pool:
            states = list(pool.map(lambda item: self._state(item, item.subscription in written), asked))
        found = [_not_ours(item) for item, state in zip(asked, states, strict=True) if state is State.FOREIGN]
        if found:
            raise Rejected(found)
        return tuple(item for item, state in zip(asked, states, strict=True) if state is State.OPEN)

    def publish(self, holder: Holder) -> bool:
        """Writes the primary key into the secret, unless it holds one of the two keys; True when it wrote.

        Raises:
            Rejected: DEP830 without a subscription; DEP835 where something else stands; DEP82x.
        """
        pair, secret = self._read(holder)
        if secret is not None and pair.slot_of(secret.value):
            return False
        if self._is_foreign(holder, secret):
            raise Rejected([_not_ours(holder)])
        self._write(holder, pair, Slot.PRIMARY, {})
        return True

    def rotate(self, holder: Holder) -> Slot:
        """Makes the spare key anew and publishes it; the key that was published goes on working.

        Returns:
            The slot of the key that is published now.

        Raises:
            Rejected: DEP830-832; DEP82x.
        """
        secret, current = self._current(holder)
        if secret.tags.get(OPEN):
            message = f"the rotation of {holder.subscription} is open: its old key still works"
            hint = "when every client has read the new key: --finish; then rotate again"
            raise Rejected([codes.ROTATION_OPEN.at(None, message, hint=hint)])
        self.service.renew(holder.subscription, current.other)
        pair, _ = self._read(holder)
        self._write(holder, pair, current.other, {OPEN: current.value})
        return current.other

    def finish(self, holder: Holder) -> Slot:
        """Ends the key that was published before the rotation.

        Returns:
            The slot of the key that was ended.

        Raises:
            Rejected: DEP830, DEP831, DEP833; DEP82x.
        """
        secret, current = self._current(holder)
        if secret.tags.get(OPEN) != current.other.value:
            message = f"no rotation of {holder.subscription} is open"
            raise Rejected([codes.NO_ROTATION.at(None, message, hint="gatewright keys rotate TENANT first")])
        self.service.renew(holder.subscription, current.other)
        self.vault.tag(holder.secret, secret.version, {SOURCE: holder.subscription})
        return current.other

    def _state(self, holder: Holder, is_new: bool) -> State:
        secret = self.vault.read(holder.secret)
        pair = None if is_new or secret is None else self.service.keys(holder.subscription)
        if secret is not None and pair is not None and pair.slot_of(secret.value):
            return State.GOOD
        return State.FOREIGN if self._is_foreign(holder, secret) else State.OPEN

    def _is_foreign(self, holder: Holder, secret: Secret | None) -> bool:
        """A secret that no deployment and no rotation wrote may be anything, such as a password of others."""
        return secret is not None and SOURCE not in secret.tags and holder.path not in self.adopt

    def _current(self, holder: Holder) -> tuple[Secret, Slot]:
        pair, secret = self._read(holder)
        current = pair.slot_of(secret.value) if secret else None
        if secret is None or current is None:
            message = f"{holder.path} holds neither key of subscriptions/{holder.subscription}"
            hint = "gatewright deploy publishes the primary key"
            raise Rejected([codes.KEY_UNKNOWN.at(None, message, hint=hint)])
        return secret, current

    def _read(self, holder: Holder) -> tuple[KeyPair, Secret | None]:
        pair = self.service.keys(holder.subscription)
        if pair is None:
            path = Key(Kind.SUBSCRIPTION, (holder.subscription,)).path
            message = f"{path} is not in API Management"
            raise Rejected([codes.NO_SUBSCRIPTION.at(None, message, hint="gatewright deploy first")])
        return pair, self.vault.read(holder.secret)

    def _write(self, holder: Holder, pair: KeyPair, slot: Slot, tags: dict[str, str]) -> None:
        self.vault.write(holder.secret, pair.at(slot), {SOURCE: holder.subscription, **tags})


def _not_ours(holder: Holder) -> Diagnostic:
    message = f"{holder.path} exists and holds no key of subscriptions/{holder.subscription}"
    hint = f"name another secret for the tenant, or write over it with --adopt {holder.path}"
    return codes.NOT_OUR_SECRET.at(None, message, hint=hint)
