"""500 tenants: one plan and one deployment, with bounded concurrency; times are printed, not asserted."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from gatewright.apim.bundle import Bundle
from gatewright.deploy import Action
from tests.deploy.conftest import Deployer

TENANTS = 500


def widened(build: Path, folder: Path) -> Path:
    """The example estate with 500 copies of one tenant."""
    out = folder / "dev"
    shutil.copytree(build, out)
    bundle = Bundle.load(out)
    product, subscription = bundle.products[0], bundle.subscriptions[0]
    text = (out / str(product.policy)).read_text("utf-8")
    names = [f"gw-tenant-{number:03}" for number in range(TENANTS)]
    for name in names:
        (out / f"policies/products/{name}.xml").write_text(text.replace(product.id, name), "utf-8")
    wide = bundle.model_copy(
        update={
            "products": tuple(
                product.model_copy(update={"id": name, "policy": f"policies/products/{name}.xml"})
                for name in names
            ),
            "subscriptions": tuple(
                subscription.model_copy(update={"id": name, "product": name}) for name in names
            ),
            "tenants": {},
        }
    )
    (out / "bundle.json").write_text(wide.to_json(), "utf-8")
    return out


def test_five_hundred_tenants(deployer: Deployer, tmp_path: Path) -> None:
    deployer.build, deployer.concurrency = widened(deployer.build, tmp_path), 8
    planned, first = timed(deployer.plan)
    assert planned.count(Action.CREATE) > 4 * TENANTS
    _, applied = timed(lambda: deployer.apply(planned))
    assert len(deployer.done) == len(planned.writes)
    again, second = timed(deployer.plan)
    assert again.writes == ()
    print(f"plan of an empty service {first:.1f} s, apply {applied:.1f} s, plan of a full one {second:.1f} s")


def timed(work):  # noqa: ANN001, ANN201 (any call)
    start = time.perf_counter()
    return work(), time.perf_counter() - start
