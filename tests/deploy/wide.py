"""The example estate with many tenants."""

from __future__ import annotations

import shutil
from pathlib import Path

from gatewright.apim.bundle import Bundle

TENANTS = 500


def widened(build: Path, folder: Path) -> Path:
    """The example estate with 500 copies of one tenant, each with a secret of its own."""
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
                subscription.model_copy(
                    update={"id": name, "product": name, "key_vault_secret": f"{name}-key"}
                )
                for name in names
            ),
            "tenants": {},
        }
    )
    (out / "bundle.json").write_text(wide.to_json(), "utf-8")
    return out
