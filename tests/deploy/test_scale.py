"""500 tenants: one plan and one deployment, with bounded concurrency and progress.

`python -m benchmarks deploy` prints the times.
"""

from __future__ import annotations

from pathlib import Path

from gatewright.deploy import Action
from tests.deploy.conftest import Deployer
from tests.deploy.fake_vault import FakeVault
from tests.deploy.wide import TENANTS, widened


def test_five_hundred_tenants(keyed: Deployer, vault: FakeVault, tmp_path: Path) -> None:
    keyed.build, keyed.concurrency = widened(keyed.build, tmp_path), 8
    planned = keyed.plan()
    assert planned.count(Action.CREATE) > 4 * TENANTS
    keyed.arm.forget()
    applied = keyed.apply(planned)
    assert 1 < keyed.arm.most <= 8
    assert len(keyed.done) == len(planned.writes) + TENANTS
    assert len(applied.published) == len(vault.secrets) == TENANTS
    again = keyed.deploy()
    assert (again.written, again.published) == ((), ())
