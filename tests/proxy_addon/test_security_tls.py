"""Whom the proxy takes for a model endpoint: who has a certificate for that name, of a known authority, now.

The authority and its certificates are made here; no name is looked up but `localhost`.
"""

from __future__ import annotations

import datetime
import json
import ssl
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gatewright.metering.record import Settlement, UsageSource
from tests.proxy_addon.gate import Gate, Got, Start, launch
from tests.proxy_addon.upstream import Upstream

pytestmark = pytest.mark.e2e

DAY = datetime.timedelta(days=1)


@dataclass
class Authority:
    """One that signs, or, without a parent, itself."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def made(
    name: str, by: Authority | None = None, *, ca: bool = False, begins: int = -1, ends: int = 1
) -> Authority:
    """A certificate for a name, from some days before now to some days after."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins * DAY)
        .not_valid_after(now + ends * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = by.key if by else key
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    if by is not None:
        builder = builder.add_extension(issuer, critical=False)
    if ca:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    return Authority(name, key, builder.sign(signer, hashes.SHA256()))


def context(folder: Path, server: Authority, *chain: Authority) -> ssl.SSLContext:
    pems = [each.certificate.public_bytes(serialization.Encoding.PEM) for each in (server, *chain)]
    (folder / "chain.pem").write_bytes(b"".join(pems))
    private = server.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return found


CA = made("an authority", ca=True)
STRANGER = made("another authority", ca=True)
LEAF = made("an intermediate", CA, ca=True)

REFUSED = {
    "self-signed": made("localhost"),
    "for another host": made("other.openai.azure.com", CA),
    "for a host that begins alike": made("localhost.evil.example", CA),
    "expired": made("localhost", CA, begins=-3, ends=-1),
    "not valid yet": made("localhost", CA, begins=1, ends=3),
    "of an unknown authority": made("localhost", STRANGER),
    "signed by one that may not sign": made("localhost", made("localhost", CA)),
}


def outdated(folder: Path) -> ssl.SSLContext:
    """A good certificate, and nothing newer than TLS 1.1."""
    old = context(folder, made("localhost", CA))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    return old


@dataclass
class Secured:
    """Servers by their names, and a proxy with a route to each that trusts one authority."""

    gate: Gate
    servers: dict[str, Upstream]

    async def send(self, name: str, request: str) -> Got:
        path = f"/b/{_slug(name)}/-/openai/deployments/chat/chat/completions"
        return await self.gate.send(path, request=request)


def _slug(name: str) -> str:
    return name.replace(" ", "-").replace(".", "")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    contexts = {name: context(folder, certificate) for name, certificate in REFUSED.items()}
    contexts["an old protocol"] = outdated(folder)
    contexts["right"] = context(folder, made("localhost", LEAF), LEAF)
    servers = {name: Upstream(found) for name, found in contexts.items()}
    route = {"region": "eu", "provider": "azure.ai.openai", "deployment": "d", "models": ["chat"]}
    routes = {
        _slug(name): {**route, "endpoint": f"https://localhost:{server.port}"}
        for name, server in servers.items()
    }
    whole = {"version": 1, "routes": routes, "allowedHostSuffixes": [".openai.azure.com"]}
    (folder / "own.json").write_text(json.dumps(whole))
    (folder / "ca.pem").write_bytes(CA.certificate.public_bytes(serialization.Encoding.PEM))
    flags = ("--routes", str(folder / "own.json"), "--upstream-ca", str(folder / "ca.pem"))
    gate = launch(folder, "http://127.0.0.1:9", *flags)
    yield Secured(gate, servers)
    assert gate.stop() == 0
    for server in servers.values():
        server.close()


@pytest.mark.parametrize("name", [*REFUSED, "an old protocol"])
async def test_a_wrong_server_is_refused_before_anything_is_sent(secured: Secured, name: str) -> None:
    request = str(uuid.uuid4())
    got = await secured.send(name, request)
    record = await secured.gate.record(request)
    assert (got.status, got.error["code"]) == (502, "upstream-failed")
    assert b"certificate" not in got.raw + got.body
    assert secured.servers[name].seen == []
    assert (record.settlement, record.usage_source) == (Settlement.FAILED, UsageSource.MISSING)


async def test_the_right_server_is_accepted_behind_an_intermediate(secured: Secured) -> None:
    assert (await secured.send("right", str(uuid.uuid4()))).status == 200
    assert len(secured.servers["right"].seen) == 1


async def test_a_private_authority_is_unknown_unless_it_is_given(start: Start, secured: Secured) -> None:
    server = secured.servers["right"]
    before = len(server.seen)
    gate = start(endpoint=f"https://localhost:{server.port}")
    assert (await gate.send()).status == 502
    assert len(server.seen) == before
