"""The three proofs before the real process: an Entra token, a client certificate, a shared secret."""

from __future__ import annotations

import http.server
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.proxy_addon.gate import OLD_SECRET, SECRET, Gate, Got, Start
from tests.proxy_addon.test_entra import GATEWAY, KEY, NEXT, TENANT, jwks
from tests.proxy_addon.upstream import Upstream

pytestmark = pytest.mark.e2e

AUDIENCE = "api://metering-proxy"
KNOWN, OTHER = "ab" * 32, "cd" * 32
CERTIFICATE = ("--ingress-requires-certificates", "--proof-certificate", KNOWN)


class Authority(http.server.ThreadingHTTPServer):
    """Where tokens come from: answers the keys of one directory, or fails."""

    daemon_threads = True

    def __init__(self) -> None:
        self.keys: bytes | None = jwks(one=KEY)
        self.asked = 0
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def flags(self) -> tuple[str, ...]:
        mine = ("--proof-entra", AUDIENCE, "--proof-entra-tenant", TENANT, "--proof-entra-caller", GATEWAY)
        return (*mine, "--proof-entra-authority", self.url)

    def token(self, key: rsa.RSAPrivateKey = KEY, kid: str = "one", **changes: object) -> str:
        now = int(time.time())
        usual = {
            "aud": AUDIENCE,
            "iss": f"{self.url}/{TENANT}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + 600,
        }
        claims: dict[str, object] = {**usual, "oid": GATEWAY, "azp": str(uuid.uuid4()), **changes}
        return jwt.encode(claims, key, "RS256", headers={"kid": kid})


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Authority

    def do_GET(self) -> None:
        self.server.asked += 1
        found = self.server.keys if self.path == f"/{TENANT}/discovery/v2.0/keys" else None
        self.send_response(503 if found is None else 200)
        self.end_headers()
        self.wfile.write(found or b"<html>secret-of-the-authority</html>")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def authority() -> Iterator[Authority]:
    server = Authority()
    yield server
    server.shutdown()
    server.server_close()
    server.thread.join(10)


async def refused(gate: Gate, upstream: Upstream, **how: Any) -> Got:
    before = len(upstream.seen)
    got = await gate.send(**how)
    assert (got.status, got.error["code"]) == (530, "no-proof")
    assert len(upstream.seen) == before
    return got


async def test_an_entra_token_proves_and_nothing_else_does(
    start: Start, upstream: Upstream, authority: Authority
) -> None:
    gate = start(*authority.flags())
    assert authority.asked == 0
    token = authority.token()
    assert [(await gate.send(proof=token)).status for _ in range(3)] == [200] * 3
    for wrong in (
        None,
        SECRET,
        authority.token(NEXT),
        authority.token(aud="api://another"),
        authority.token(oid=str(uuid.uuid4())),
        authority.token(exp=int(time.time()) - 120),
        f"Bearer {token}",
        f"{token}, {token}",
    ):
        await refused(gate, upstream, proof=wrong)
    twice = [*gate.head(str(uuid.uuid4()), proof=token), ("X-Gatewright-Proof", token)]
    await refused(gate, upstream, headers=twice)
    # What the upstream is called with is the token for the model, never the one for us.
    assert all(token not in value for seen in upstream.seen for _, value in seen.headers)
    assert authority.asked == 1
    assert gate.stop() == 0
    assert token not in gate.log.read_text()


async def test_without_keys_nothing_is_forwarded_and_known_keys_go_on(
    start: Start, upstream: Upstream, authority: Authority
) -> None:
    authority.keys = None
    gate = start(*authority.flags())
    await refused(gate, upstream, proof=authority.token())
    assert "entra: keys cannot be fetched (status 503)" in gate.log.read_text()
    assert "secret-of-the-authority" not in gate.log.read_text()
    authority.keys = jwks(one=KEY)
    end = time.monotonic() + 20
    while (await gate.send(proof=authority.token())).status != 200:
        assert time.monotonic() < end
    authority.keys = None
    assert (await gate.send(proof=authority.token())).status == 200
    # A key that is not at hand is asked for, in vain, while the known one works.
    await refused(gate, upstream, proof=authority.token(NEXT, "two"))
    assert (await gate.send(proof=authority.token())).status == 200


async def test_a_secret_stays_valid_while_the_gateway_moves_to_tokens(
    start: Start, upstream: Upstream, authority: Authority, tmp_path: Path
) -> None:
    gate = start(*authority.flags(), "--proof-file", str(tmp_path / "proof"))
    assert (await gate.send(proof=SECRET)).status == 200
    assert (await gate.send(proof=authority.token())).status == 200
    await refused(gate, upstream, proof=OLD_SECRET)


async def test_a_certificate_that_the_ingress_names_proves(start: Start, upstream: Upstream) -> None:
    gate = start(*CERTIFICATE)
    named = ("X-Forwarded-Client-Cert", f'Hash={KNOWN};Cert="-----BEGIN%20CERTIFICATE-----";Chain="";')
    request = str(uuid.uuid4())
    assert (await gate.send(request=request, proof=None, more=[named])).status == 200
    (seen,) = upstream.by_id(request)
    assert not [name for name, _ in seen.headers if "client-cert" in name]
    await refused(gate, upstream, proof=None)
    await refused(gate, upstream, proof=SECRET)
    for wrong in (f"Hash={OTHER}", f"Hash={KNOWN},Hash={OTHER}", f"Hash={KNOWN};Hash={OTHER}", KNOWN):
        await refused(gate, upstream, proof=None, more=[("X-Forwarded-Client-Cert", wrong)])
    await refused(gate, upstream, proof=None, more=[named, named])
    await refused(gate, upstream, proof=None, more=[("X_Forwarded_Client_Cert", f"Hash={KNOWN}")])


async def test_each_proof_that_is_sent_must_hold(start: Start, upstream: Upstream, tmp_path: Path) -> None:
    gate = start(*CERTIFICATE, "--proof-file", str(tmp_path / "proof"))
    good, bad = (("x-forwarded-client-cert", f"Hash={text}") for text in (KNOWN, OTHER))
    assert (await gate.send(more=[good])).status == 200
    assert (await gate.send()).status == 200
    assert (await gate.send(proof=None, more=[good])).status == 200
    await refused(gate, upstream, more=[bad])
    await refused(gate, upstream, proof="x" * 20, more=[good])


async def test_a_certificate_proves_nothing_where_no_ingress_is_stated(
    gate: Gate, upstream: Upstream
) -> None:
    await refused(gate, upstream, proof=None, more=[("X-Forwarded-Client-Cert", f"Hash={KNOWN}")])
