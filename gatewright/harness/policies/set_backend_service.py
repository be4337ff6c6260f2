"""`set-backend-service`: chooses the backend by id or by URL.

Source: https://learn.microsoft.com/azure/api-management/set-backend-service-policy (2026-08-18): a base URL
of a narrower scope does not override a backend id that a broader scope has set. Service Fabric is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.apim.document.model import Scope, Section
from gatewright.harness import codes
from gatewright.harness.call import Call, Target
from gatewright.harness.operand import Operand
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

_BREADTH = {scope.value: index for index, scope in enumerate(Scope)}


def prepare(node: Node) -> Step:
    """The step of a `set-backend-service`."""
    node.only_in(Section.INBOUND, Section.BACKEND)
    backend_id, base_url = node.backend_id("backend-id"), node.optional("base-url")
    if (backend_id is None) == (base_url is None):
        node.fault(codes.MISSING_ATTRIBUTE, "<set-backend-service> needs one of backend-id and base-url")
    for name in ("condition", "instance-name", "partition-key", "listener-name", "replica-type"):
        prefix = {"condition": "sf-resolve-", "instance-name": "sf-service-"}.get(name, "sf-")
        node.absent(prefix + name, "Service Fabric is not emulated")
    return SetBackendService(backend_id, base_url)


@dataclass(frozen=True, slots=True)
class SetBackendService:
    """The backend of the request."""

    backend_id: Operand | None
    base_url: Operand | None

    async def run(self, call: Call) -> None:
        """Chooses the backend."""
        if self.backend_id:
            name, place = await self.backend_id.text(call), self.backend_id.place
            backend = call.state.backends.get(name)
            if backend is None:
                raise call.expression_failed(f"There is no backend {name!r}.", place)
            call.target = Target(backend, place.scope, by_id=True)
        elif self.base_url:
            url, scope = await self.base_url.text(call), self.base_url.place.scope
            old = call.target
            if old and old.by_id and _BREADTH.get(old.scope, 0) < _BREADTH.get(scope, 0):
                return
            if not url.startswith(("http://", "https://")):
                raise call.expression_failed(f"{url!r} is not a URL.", self.base_url.place)
            call.target = Target(call.state.backends.at_url(url), scope, by_id=False)
