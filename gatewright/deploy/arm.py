"""Azure Resource Manager read as JSON, for what azure-mgmt-apimanagement does not have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HttpLoggingPolicy, RetryPolicy
from azure.core.rest import HttpRequest, HttpResponse

from gatewright.deploy import codes
from gatewright.deploy.azure import Anonymous, Target, Timing
from gatewright.deploy.entities import Json
from gatewright.deploy.faults import OnlyJson, spoken
from gatewright.deploy.normal import mapping, mappings
from gatewright.deploy.service import Answered


@dataclass(frozen=True, slots=True)
class Arm:
    """Reads resources by path; safe to use from several threads."""

    target: Target
    client: PipelineClient[HttpRequest, HttpResponse] = field(repr=False)

    @classmethod
    def connect(cls, target: Target, credential: TokenCredential, timing: Timing | None = None) -> Arm:
        """Builds the client; nothing is sent yet."""
        plain = target.endpoint.startswith("http://")
        policies = [
            OnlyJson(),
            RetryPolicy(**(timing or Timing()).retry_options()),
            Anonymous() if plain else BearerTokenCredentialPolicy(credential, target.token_scope),
            HttpLoggingPolicy(),
        ]
        return cls(target, PipelineClient(target.endpoint, policies=policies))

    def get(self, what: str, path: str, query: Mapping[str, str]) -> Mapping[str, Json]:
        """A resource.

        Args:
            what: how the request is called in faults.
            path: below the endpoint.
            query: its parameters, `api-version` among them.

        Raises:
            Answered: DEP82x when Azure does not answer.
        """
        return self._send(what, HttpRequest("GET", f"{self.target.endpoint}{path}", params=dict(query)))

    def items(self, what: str, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Json]]:
        """The items of a list, page after page.

        Raises:
            Answered: DEP82x when Azure does not answer; DEP826 for a page elsewhere than at the endpoint,
                where no token goes.
        """
        page = self.get(what, path, query)
        while True:
            yield from mappings(page.get("value"))
            after = page.get("nextLink")
            if not isinstance(after, str) or not after:
                return
            if _place(after) != _place(self.target.endpoint):
                message = (
                    f"{what}: the next page is at {urlsplit(after).netloc}, not at {self.target.endpoint}"
                )
                raise Answered(codes.ODD_ANSWER.at(None, message), 0)
            page = self._send(what, HttpRequest("GET", after))

    def _send(self, what: str, request: HttpRequest) -> Mapping[str, Json]:
        with spoken(what):
            response = self.client.send_request(request)
            response.raise_for_status()
        page: Json = json.loads(response.text())
        return mapping(page)


def _place(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; Azure writes `:443` in some links and not in others."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
