"""The example estate, rendered; a fake service; and deployments of the one to the other."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from azure.core.credentials import AccessToken

from gatewright.apim.bundle import Bundle
from gatewright.cli.rendering import examine
from gatewright.deploy import Plan, Step, Values, desired, plan
from gatewright.deploy.apply import Applied, Applier
from gatewright.deploy.azure import AzureService, Target, Timing
from gatewright.deploy.keys import Holder, Keyring
from gatewright.deploy.live import Reader
from gatewright.deploy.lock import Lock
from gatewright.deploy.vault import AzureVault
from gatewright.diagnostics import Rejected
from generator import write
from tests.deploy.commands import AZD, Result, Run, invoke
from tests.deploy.fake_arm import FakeArm, Options
from tests.deploy.fake_arm.contract import Contract
from tests.deploy.fake_arm.server import SERVICE
from tests.deploy.fake_identity import FakeIdentity
from tests.deploy.fake_vault import HOST, FakeVault
from tests.deploy.loopback import lead, tls_for

PLACEHOLDERS = {"proxyHost": "proxy.example.org", "apimClientId": "00000000-0000-4000-8000-00000000000a"}
VALUES = Values(
    SERVICE,
    PLACEHOLDERS,
    key_vault="https://sample.vault.azure.net/",
    key_vault_client_id=PLACEHOLDERS["apimClientId"],
)


def codes(fault: Rejected) -> list[str]:
    return [item.kind.code for item in fault.diagnostics]


class FakeCredential:
    """Has the token of whatever it is asked for."""

    def get_token(self, *scopes: str, **more: object) -> AccessToken:
        return AccessToken(f"token-for-{scopes[0].removesuffix('/.default')}", int(time.time()) + 3600)


class NoCredential:
    def get_token(self, *scopes: str, **more: object) -> object:
        raise AssertionError("a loopback endpoint asks for no token")


@pytest.fixture(scope="session")
def build(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`build/dev` of the example estate."""
    examined = examine(root / "config", "dev", root / "policies")
    assert examined.found == [] or not any(item.is_error for item in examined.found)
    out = tmp_path_factory.mktemp("build") / "dev"
    write(examined.files, out)
    return out


@pytest.fixture(scope="session")
def contract() -> Contract | None:
    """Microsoft's contract, where the test data is there."""
    import os

    folder = os.environ.get("GATEWRIGHT_TEST_DATA")
    if not folder:
        return None
    return Contract(Path(folder) / "schemas/arm-apimanagement/apimanagement-2024-05-01.swagger.json")


@pytest.fixture
def arm(contract: Contract | None) -> Iterator[FakeArm]:
    with FakeArm(Options(), contract) as fake:
        yield fake
    assert fake.contract_faults == []


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture
def trusted(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The authority's certificate, and the process trusts it, as behind a company's TLS inspection."""
    file = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    return file


@pytest.fixture
def vault(authority: trustme.CA, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeVault]:
    """The vault of the example estate, under its real name."""
    with FakeVault(tls_for(authority, HOST)) as fake:
        lead(monkeypatch, HOST, fake.server.port)
        yield fake


@dataclass
class Deployer:
    """Deploys a build folder to a fake, with the real SDK."""

    arm: FakeArm
    build: Path
    retries: int = 0
    concurrency: int = 1
    run: str = "run-1"
    now: datetime = datetime(2026, 11, 25, 12, tzinfo=UTC)
    values: Values = VALUES
    vault: FakeVault | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    services: dict[int, AzureService] = field(default_factory=dict)
    vaults: dict[int, AzureVault] = field(default_factory=dict)
    done: list[Step | Holder] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def service(self) -> AzureService:
        if self.retries not in self.services:
            ids = SERVICE.split("/")
            target = Target(ids[2], ids[4], ids[8], self.arm.url)
            made = AzureService.connect(target, NoCredential(), self.timing)  # type: ignore[arg-type]
            self.services[self.retries] = made
        return self.services[self.retries]

    @property
    def timing(self) -> Timing:
        return Timing(retries=self.retries, poll_seconds=0, backoff_factor=0)

    def plan(self, *, prune: bool = False, adopt: tuple[str, ...] = (), bundle: Bundle | None = None) -> Plan:
        bundle = bundle or Bundle.load(self.build)
        wanted = desired(bundle, self.build, self.values)
        reader = Reader(self.service(), bundle.marker, max(self.concurrency, 2))
        return plan(wanted, reader.state(), prune=prune, adopt=adopt)

    def keyring(self) -> Keyring:
        if self.retries not in self.vaults:
            self.vaults[self.retries] = AzureVault.connect(f"https://{HOST}/", FakeCredential(), self.timing)
        return Keyring(self.service(), self.vaults[self.retries], self.concurrency)

    def holders(self, bundle: Bundle | None = None) -> list[Holder]:
        bundle = bundle or Bundle.load(self.build)
        return [Holder(item.id, item.key_vault_secret) for item in bundle.subscriptions]

    def apply(self, planned: Plan, *, break_lock: bool = False, bundle: Bundle | None = None) -> Applied:
        service = self.service()
        lock = Lock(service, self.run, lambda: self.now, break_lock)
        keyring = self.keyring() if self.vault else None
        unpublished = keyring.unpublished(self.holders(bundle), planned) if keyring else ()
        applier = Applier(
            service, lock, self.slept.append, self.concurrency, self.done.append, keyring, self.stop
        )
        return applier.apply(planned, unpublished)

    def deploy(self, *, prune: bool = False, bundle: Bundle | None = None) -> Applied:
        return self.apply(self.plan(prune=prune, bundle=bundle), bundle=bundle)


@pytest.fixture
def deployer(arm: FakeArm, build: Path) -> Deployer:
    return Deployer(arm, build)


@pytest.fixture
def keyed(deployer: Deployer, vault: FakeVault) -> Deployer:
    """A deployer that publishes keys, too."""
    deployer.vault = vault
    return deployer


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIdentity]:
    """This process has a managed identity."""
    with FakeIdentity() as fake:
        for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET"):
            monkeypatch.delenv(name, raising=False)
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        yield fake


@pytest.fixture
def run(
    arm: FakeArm, build: Path, vault: FakeVault, identity: FakeIdentity, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs a command with azd's environment against the fakes."""
    arm.options.shape = "immediate"
    for name, value in AZD.items():
        monkeypatch.setenv(name, value)

    def call(*words: str) -> Result:
        names = list(itertools.takewhile(lambda word: not word.startswith("-"), words))
        return invoke(*names, "--build", str(build), "--endpoint", arm.url, *words[len(names) :])

    return call
