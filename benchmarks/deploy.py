"""500 tenants deployed with the real SDK to a service and a vault on this machine.

What Azure itself takes comes on top: 8 requests at once, 100 ms each, make 12 s for every 1,000 requests.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import trustme

from gatewright.cli.rendering import examine
from generator import write
from tests.deploy.conftest import Deployer
from tests.deploy.fake_arm import FakeArm
from tests.deploy.fake_vault import HOST, FakeVault
from tests.deploy.loopback import lead, tls_for
from tests.deploy.wide import TENANTS, widened

Result = TypeVar("Result")


def main() -> None:
    """Prints a line for each step."""
    authority = trustme.CA()
    with (
        tempfile.TemporaryDirectory() as name,
        pytest.MonkeyPatch.context() as patch,
        FakeArm() as arm,
        FakeVault(tls_for(authority, HOST)) as vault,
    ):
        folder = Path(name)
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        patch.setenv("REQUESTS_CA_BUNDLE", str(folder / "ca.pem"))
        lead(patch, HOST, vault.server.port)
        write(examine(Path("config"), "dev", Path("policies")).files, folder / "one")
        deployer = Deployer(arm, widened(folder / "one", folder), concurrency=8, vault=vault)
        print(f"{TENANTS} tenants, {deployer.concurrency} requests at once")
        planned = timed("plan, nothing there", arm, deployer.plan)
        applied = timed("apply", arm, lambda: deployer.apply(planned))
        print(f"  {len(applied.written)} entities written, {len(applied.published)} keys published")
        timed("plan, all there", arm, deployer.plan)
        again = timed("deploy again", arm, deployer.deploy)
        print(f"  {len(again.written)} entities written, {len(again.published)} keys published")


def timed(what: str, arm: FakeArm, work: Callable[[], Result]) -> Result:
    arm.forget()
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    print(f"{what:20} {seconds:5.1f} s   {len(arm.calls):5} requests, at most {arm.most} at once", flush=True)
    return result
