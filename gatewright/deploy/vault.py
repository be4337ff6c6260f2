"""A Key Vault through azure-keyvault-secrets: the one place where the keys of tenants are kept.

The client authenticates as the vault's own challenge asks, for the vault's cloud and tenant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.keyvault.secrets import SecretClient

from gatewright.deploy.azure import Timing
from gatewright.deploy.faults import spoken
from gatewright.deploy.service import Answered

_FIREWALL = "the vault's firewall refuses this address: azd env set MY_IP_ADDRESS; --no-keys deploys all else"
_HINTS = {
    "ForbiddenByFirewall": _FIREWALL,
    "ForbiddenByConnection": _FIREWALL,
    "ForbiddenByRbac": "the identity needs the role Key Vault Secrets Officer on the vault",
    "ForbiddenByPolicy": "the identity needs get and set on the secrets of the vault",
    "ObjectIsDeletedButRecoverable": "the secret was deleted: az keyvault secret recover, or purge it",
    "ObjectIsBeingDeleted": "the secret is being deleted: wait, then az keyvault secret recover, or purge it",
    "SecretDisabled": "the secret is disabled: enable it, or name another one for the tenant",
}


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is now; its value never shows in a text.

    Attributes:
        value: the secret itself.
        version: its id in the vault.
        tags: what stands beside it.
    """

    value: str = field(repr=False)
    version: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class Vault(Protocol):
    """What deploy needs of a Key Vault. Every method raises Rejected (DEP82x) when Azure does not do it."""

    def read(self, name: str) -> Secret | None:
        """A secret as it is now; None where there is none."""

    def write(self, name: str, value: str, tags: Mapping[str, str]) -> None:
        """Writes a new version of a secret."""

    def tag(self, name: str, version: str, tags: Mapping[str, str]) -> None:
        """Replaces the tags of a version; its value stays."""


@dataclass(frozen=True, slots=True)
class AzureVault:
    """The vault behind a client; safe to use from several threads."""

    client: SecretClient = field(repr=False)

    @classmethod
    def connect(cls, url: str, credential: TokenCredential, timing: Timing | None = None) -> AzureVault:
        """Builds the client; nothing is sent yet."""
        return cls(SecretClient(url, credential, **(timing or Timing()).retry_options()))

    def read(self, name: str) -> Secret | None:
        """A secret as it is now; None where there is none."""
        try:
            with spoken(f"GET secrets/{name}", _hint):
                found = self.client.get_secret(name)
        except Answered as answered:
            if answered.status == 404:
                return None
            raise
        properties = found.properties
        return Secret(found.value or "", properties.version or "", properties.tags or {})

    def write(self, name: str, value: str, tags: Mapping[str, str]) -> None:
        """Writes a new version of a secret."""
        with spoken(f"PUT secrets/{name}", _hint):
            self.client.set_secret(name, value, tags=dict(tags), content_type="API Management key")

    def tag(self, name: str, version: str, tags: Mapping[str, str]) -> None:
        """Replaces the tags of a version; its value stays."""
        with spoken(f"PATCH secrets/{name}", _hint):
            self.client.update_secret_properties(name, version, tags=dict(tags))


def _hint(fault: HttpResponseError) -> str | None:
    """What to do, by the reason that Key Vault names inside its error."""
    try:
        error = json.loads(fault.response.text() if fault.response else "{}").get("error", {})
        reason = (error.get("innererror") or {}).get("code")
    except (ValueError, AttributeError):
        return None
    return _HINTS.get(str(reason))
