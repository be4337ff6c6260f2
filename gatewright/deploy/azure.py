"""An API Management service through azure-mgmt-apimanagement 5 (api-version 2024-05-01).

Bodies go as exact JSON and answers are read as JSON: the SDK's models drop `properties.type` of a backend and
keep no property that they do not know. ETags come from the headers.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from azure.core.credentials import TokenCredential
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import HttpRequest, HttpResponse
from azure.mgmt.apimanagement import ApiManagementClient

from gatewright.deploy import codes
from gatewright.deploy.entities import DOCUMENTS, Json, Key, Kind, Properties
from gatewright.deploy.faults import OddList, OnlyJson, spoken
from gatewright.deploy.normal import mapping, mappings
from gatewright.deploy.service import Answered, KeyPair, Read, Slot

_GROUPS = {
    Kind.NAMED_VALUE: "named_value",
    Kind.FRAGMENT: "policy_fragment",
    Kind.BACKEND: "backend",
    Kind.POOL: "backend",
    Kind.GLOBAL_POLICY: "policy",
    Kind.API: "api",
    Kind.API_POLICY: "api_policy",
    Kind.OPERATION: "api_operation",
    Kind.OPERATION_POLICY: "api_operation_policy",
    Kind.PRODUCT: "product",
    Kind.PRODUCT_POLICY: "product_policy",
    Kind.PRODUCT_API: "product_api",
    Kind.SUBSCRIPTION: "subscription",
}
_LISTS = {
    Kind.OPERATION: "list_by_api",
    Kind.PRODUCT_API: "list_by_product",
    Kind.SUBSCRIPTION: "list",
}
_LONG_PUT = frozenset({Kind.NAMED_VALUE, Kind.FRAGMENT, Kind.API})
_LONG_DELETE = frozenset({Kind.API})


class _Poller(Protocol):
    def result(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Which service.

    Attributes:
        subscription_id: of the Azure subscription.
        resource_group: of the service.
        service: its name.
        endpoint: of Azure Resource Manager.
        scope: what the token is asked for; None takes the endpoint's default.
    """

    subscription_id: str
    resource_group: str
    service: str
    endpoint: str = "https://management.azure.com"
    scope: str | None = None

    @property
    def service_id(self) -> str:
        """The ARM id of the service."""
        group = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
        return f"{group}/providers/Microsoft.ApiManagement/service/{self.service}"

    @property
    def token_scope(self) -> str:
        """What a token is asked for."""
        return self.scope or f"{self.endpoint.rstrip('/')}/.default"


@dataclass(frozen=True, slots=True)
class Timing:
    """How the SDK waits. None leaves what the SDK does by itself (10 retries, 30 s between polls).

    Attributes:
        retries: tries again after throttling, server faults and cut connections.
        poll_seconds: between two looks at a long-running operation without Retry-After.
        backoff_factor: seconds before the first retry without Retry-After, doubled each time.
    """

    retries: int = 10
    poll_seconds: float = 2.0
    backoff_factor: float = 0.8

    def retry_options(self) -> dict[str, float]:
        """What an Azure client is built with; a host that cannot be reached is given up soon."""
        return {
            "retry_total": self.retries,
            "retry_connect": min(self.retries, 3),
            "retry_read": self.retries,
            "retry_status": self.retries,
            "retry_backoff_factor": self.backoff_factor,
        }


class Anonymous(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """For a loopback endpoint: no real token ever goes over plain HTTP."""

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Says what every request to a loopback endpoint says."""
        request.http_request.headers["Authorization"] = "Bearer loopback"


@dataclass(frozen=True, slots=True)
class AzureService:
    """The service at a target; safe to use from several threads."""

    target: Target
    client: ApiManagementClient = field(repr=False)

    @classmethod
    def connect(
        cls, target: Target, credential: TokenCredential, timing: Timing | None = None
    ) -> AzureService:
        """Builds the client; nothing is sent yet."""
        timing = timing or Timing()
        common: dict[str, object] = {
            "base_url": target.endpoint,
            "polling_interval": timing.poll_seconds,
            **timing.retry_options(),
            "credential_scopes": [target.token_scope],
            "per_call_policies": [OnlyJson()],
        }
        if target.endpoint.startswith("http://"):
            common["authentication_policy"] = Anonymous()
        make = cast(Callable[..., ApiManagementClient], ApiManagementClient)
        return cls(target, make(credential, target.subscription_id, **common))

    @property
    def service_id(self) -> str:
        """The ARM id of the service."""
        return self.target.service_id

    def check(self) -> None:
        """Raises Rejected (DEP824) when the service is not there."""
        try:
            with spoken("GET the service"):
                self.client.api_management_service.get(self.target.resource_group, self.target.service)
        except Answered as answer:
            if answer.status != 404:
                raise
            hint = "check --subscription-id, --resource-group and --service"
            message = answer.diagnostics[0].message
            raise Answered(codes.NO_SERVICE.at(None, message, hint=hint), 404) from answer

    def read(self, key: Key) -> Read | None:
        """An entity, or None where there is none."""
        more = {"format": "xml"} if key.kind in DOCUMENTS else {}
        try:
            with spoken(f"GET {key.path}"):
                answer = self._call(key.kind, "get", *self._ids(key), cls=_entity, **more)
        except Answered as answered:
            if answered.status == 404:
                return None
            raise
        return cast(Read, answer)

    def list(self, kind: Kind, ids: tuple[str, ...] = ()) -> Iterator[tuple[str, Properties]]:
        """Name and properties of every entity of a kind, page after page."""
        pages: list[PipelineResponse[HttpRequest, HttpResponse]] = []  # refusals that were tried again, too

        with spoken(f"GET {kind.value.strip().rpartition('/')[0].format(*ids)}"):
            found = self._call(
                kind, _LISTS.get(kind, "list_by_service"), *ids, raw_response_hook=pages.append
            )
            try:
                for _ in cast(Iterator[object], found):
                    pass
            except (AttributeError, TypeError, ValueError) as fault:  # the SDK's, for a page without items
                raise OddList("the answer is no list") from fault
        for page in (page for page in pages if page.http_response.status_code < 400):
            for item in mappings(_json(page).get("value")):
                yield str(item.get("name")), mapping(item.get("properties"))

    def write(self, key: Key, properties: Properties, etag: str | None, *, only_new: bool = False) -> None:
        """Creates or replaces an entity and waits until it is there."""
        with spoken(f"PUT {key.path}"):
            if key.kind is Kind.PRODUCT_API:
                self._call(key.kind, "create_or_update", *self._ids(key))
                return
            body = io.BytesIO(json.dumps({"properties": properties}).encode())
            if key.kind is Kind.SUBSCRIPTION and etag is not None:  # a PUT might make new keys
                self._call(key.kind, "update", *self._ids(key), etag, body, content_type="application/json")
                return
            more: dict[str, object] = {"content_type": "application/json", "if_match": etag}
            if only_new:
                more["headers"] = {"If-None-Match": "*"}
            name = "begin_create_or_update" if key.kind in _LONG_PUT else "create_or_update"
            result = self._call(key.kind, name, *self._ids(key), body, **more)
            if key.kind in _LONG_PUT:
                cast(_Poller, result).result()

    def delete(self, key: Key, etag: str) -> None:
        """Deletes an entity that still has this ETag and waits until it is gone."""
        with spoken(f"DELETE {key.path}"):
            if key.kind is Kind.PRODUCT_API:
                self._call(key.kind, "delete", *self._ids(key))
                return
            name = "begin_delete" if key.kind in _LONG_DELETE else "delete"
            result = self._call(key.kind, name, *self._ids(key), if_match=etag)
            if key.kind in _LONG_DELETE:
                cast(_Poller, result).result()

    def keys(self, subscription: str) -> KeyPair | None:
        """The keys of a subscription; None where there is no such subscription."""
        try:
            with spoken(f"POST subscriptions/{subscription}/listSecrets"):
                found = self._call(Kind.SUBSCRIPTION, "list_secrets", subscription, cls=_whole)
        except Answered as answered:
            if answered.status == 404:
                return None
            raise
        pair = cast(Mapping[str, Json], found)
        return KeyPair(str(pair.get("primaryKey") or ""), str(pair.get("secondaryKey") or ""))

    def renew(self, subscription: str, slot: Slot) -> None:
        """Makes a new primary or secondary key."""
        with spoken(f"POST subscriptions/{subscription}/regenerate{slot.value.capitalize()}Key"):
            self._call(Kind.SUBSCRIPTION, f"regenerate_{slot.value}_key", subscription)

    def _ids(self, key: Key) -> tuple[str, ...]:
        return (*key.ids, "policy") if key.kind.is_policy else key.ids

    def _call(self, kind: Kind, name: str, *words: object, **more: object) -> object:
        method: Callable[..., object] = getattr(getattr(self.client, _GROUPS[kind]), name)
        return method(self.target.resource_group, self.target.service, *words, **more)


def _json(response: PipelineResponse[HttpRequest, HttpResponse]) -> Mapping[str, Json]:
    value: Json = json.loads(response.http_response.body())
    return mapping(value)


def _whole(
    response: PipelineResponse[HttpRequest, HttpResponse], body: object, headers: object
) -> Mapping[str, Json]:
    return _json(response)


def _entity(response: PipelineResponse[HttpRequest, HttpResponse], body: object, headers: object) -> Read:
    return Read(mapping(_json(response).get("properties")), response.http_response.headers.get("ETag"))
