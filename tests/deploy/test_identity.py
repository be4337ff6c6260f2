"""Identity end to end: managed-identity endpoint → the real credential → TLS with a verified certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from gatewright.diagnostics import Rejected
from tests.deploy.commands import AZD, Result, invoke
from tests.deploy.fake_arm import FakeArm, Options
from tests.deploy.fake_arm.contract import Contract
from tests.deploy.fake_identity import FakeIdentity
from tests.deploy.fake_vault import FakeVault
from tests.deploy.loopback import tls_for

Secured = Callable[..., FakeArm]


@pytest.fixture
def secured(contract: Contract | None) -> Iterator[Secured]:
    """Starts a service whose certificate comes from an authority."""
    with ExitStack() as stack:
        yield lambda authority, name="127.0.0.1": stack.enter_context(
            FakeArm(Options(shape="immediate"), contract, tls=tls_for(authority, name))
        )


@pytest.fixture
def azd(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AZD.items():
        monkeypatch.setenv(name, value)


def deploy(arm: FakeArm, build: Path, *words: str) -> Result:
    return invoke("deploy", "--env", "dev", "--build", str(build), "--endpoint", arm.url, *words)


def code(found: Result) -> str:
    assert isinstance(found.fault, Rejected)
    return found.fault.diagnostics[0].kind.code


@pytest.mark.usefixtures("azd")
def test_a_deployment_with_a_managed_identity(
    secured: Secured, authority: trustme.CA, build: Path, identity: FakeIdentity, vault: FakeVault
) -> None:
    arm = secured(authority)
    found = deploy(arm, build)
    assert (found.status, found.fault) == (0, None)
    assert {query["resource"] for query in identity.asked} == {arm.url, "https://vault.azure.net"}
    assert all("client_id" not in query for query in identity.asked)
    assert vault.secrets
    assert arm.contract_faults == []


@pytest.mark.usefixtures("azd", "vault")
def test_the_scope_of_another_cloud_is_what_the_token_is_asked_for(
    secured: Secured, authority: trustme.CA, build: Path, identity: FakeIdentity
) -> None:
    arm = secured(authority)
    words = ("--scope", "https://management.azure.com/.default", "--dry-run", "--no-keys")
    assert deploy(arm, build, *words).status == 0
    assert [query["resource"] for query in identity.asked] == ["https://management.azure.com"]


@pytest.mark.usefixtures("azd", "trusted")
def test_a_user_assigned_identity_is_named_by_its_client_id(
    secured: Secured,
    authority: trustme.CA,
    build: Path,
    identity: FakeIdentity,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    identity.client_id = "00000000-0000-4000-8000-0000000000cc"
    arm = secured(authority)
    refused = deploy(arm, build, "--no-keys")
    assert code(refused) == "DEP825"
    monkeypatch.setenv("AZURE_CLIENT_ID", identity.client_id)
    assert deploy(arm, build, "--no-keys").status == 0


@pytest.mark.usefixtures("azd", "trusted", "identity")
def test_a_token_for_somewhere_else_is_refused(secured: Secured, authority: trustme.CA, build: Path) -> None:
    arm = secured(authority)
    found = deploy(arm, build, "--no-keys", "--scope", "https://vault.azure.net/.default")
    assert code(found) == "DEP821"
    assert arm.store.entities == {}


@pytest.mark.usefixtures("azd", "identity")
@pytest.mark.parametrize("name", ["127.0.0.1", "management.example.org"])
def test_a_host_that_cannot_prove_who_it_is_gets_no_token(
    secured: Secured, authority: trustme.CA, trusted: Path, build: Path, name: str
) -> None:
    """A certificate of another authority, or one of ours for another host."""
    arm = secured(trustme.CA() if name == "127.0.0.1" else authority, name)
    found = deploy(arm, build, "--no-keys")
    assert code(found) == "DEP828"
    assert isinstance(found.fault, Rejected)
    assert "REQUESTS_CA_BUNDLE" in str(found.fault.diagnostics[0].hint)
    assert arm.calls == []
