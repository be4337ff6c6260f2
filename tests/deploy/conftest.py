"""The example estate, rendered; a fake service; and deployments of the one to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatewright.apim.bundle import Bundle
from gatewright.cli.rendering import examine
from gatewright.deploy import Plan, Step, Values, desired, plan
from gatewright.deploy.apply import Applied, Applier
from gatewright.deploy.azure import AzureService, Target, Timing
from gatewright.deploy.live import Reader
from gatewright.deploy.lock import Lock
from generator import write
from tests.deploy.fake_arm import FakeArm, Options
from tests.deploy.fake_arm.contract import Contract
from tests.deploy.fake_arm.server import SERVICE

PLACEHOLDERS = {"proxyHost": "proxy.example.org", "apimClientId": "00000000-0000-4000-8000-00000000000a"}
VALUES = Values(
    SERVICE,
    PLACEHOLDERS,
    key_vault="https://sample.vault.azure.net/",
    key_vault_client_id=PLACEHOLDERS["apimClientId"],
)


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
    done: list[Step] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def service(self) -> AzureService:
        ids = SERVICE.split("/")
        target = Target(ids[2], ids[4], ids[8], self.arm.url)
        timing = Timing(retries=self.retries, poll_seconds=0, backoff_factor=0)
        return AzureService.connect(target, NoCredential(), timing)  # type: ignore[arg-type]

    def plan(self, *, prune: bool = False, adopt: tuple[str, ...] = (), bundle: Bundle | None = None) -> Plan:
        bundle = bundle or Bundle.load(self.build)
        wanted = desired(bundle, self.build, self.values)
        reader = Reader(self.service(), bundle.marker, max(self.concurrency, 2))
        return plan(wanted, reader.state(), prune=prune, adopt=adopt)

    def apply(self, planned: Plan, *, break_lock: bool = False) -> Applied:
        service = self.service()
        lock = Lock(service, self.run, lambda: self.now, break_lock)
        applier = Applier(service, lock, self.slept.append, self.concurrency, self.done.append)
        return applier.apply(planned)

    def deploy(self, **options: bool) -> Applied:
        return self.apply(self.plan(**options))


@pytest.fixture
def deployer(arm: FakeArm, build: Path) -> Deployer:
    return Deployer(arm, build)


MakeDeployer = Callable[..., Deployer]
