"""The managed-identity endpoint of Container Apps and App Service, on loopback.

Source: azure-identity 1.27, ManagedIdentityCredential.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from tests.deploy.loopback import JsonHandler, Loopback


@dataclass
class FakeIdentity:
    """Issues `token-for-<resource>`; `asked` are the queries, in order."""

    secret: str = "sample-header"
    client_id: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> FakeIdentity:
        fake = self

        class Handler(JsonHandler):
            def handle_call(self, method: str) -> None:
                assert method == "GET"
                query = dict(parse_qsl(urlsplit(self.path).query))
                fake.asked.append(query)
                self.send(*fake.answer(query, self.headers.get("X-IDENTITY-HEADER")))

        self.server = Loopback(Handler)
        self.server.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.end()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that Container Apps sets."""
        url = f"http://127.0.0.1:{self.server.port}/msi/token"
        return {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": self.secret}

    def answer(self, query: dict[str, str], header: str | None) -> tuple[int, dict[str, str]]:
        if header != self.secret or query.get("api-version") != "2019-08-01":
            return 401, {"message": "no such header"}
        if query.get("client_id") != self.client_id:
            return 400, {"message": "no managed identity with this client id is assigned"}
        resource = query["resource"]
        expires = str(int(time.time()) + 3600)
        token = f"token-for-{resource}"
        return 200, {
            "access_token": token,
            "expires_on": expires,
            "resource": resource,
            "token_type": "Bearer",
        }
