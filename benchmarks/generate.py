"""10,000 tenants: load, check, generate, write; CPU seconds on one core and peak memory."""

from __future__ import annotations

import gc
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gatewright import __version__
from gatewright.cli import rendering
from gatewright.estate import load
from generator import generate, write

TENANTS = 10_000
ROOT = Path(__file__).resolve().parent.parent


def estate_of(folder: Path, tenants: int) -> Path:
    """A copy of the example configuration with so many tenants."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    for path in (config / "tenants").glob("*.yaml"):
        path.unlink()
    (config / "environments/dev.yaml").write_text("gateway: {limits: {products: 20000}}\n", "utf-8")
    (config / "environments/prod.yaml").write_text("gateway: {limits: {products: 20000}}\n", "utf-8")
    for number in range(tenants):
        (config / f"tenants/tenant-{number:05}.yaml").write_text(
            f"tenant: tenant-{number:05}\n"
            f"displayName: Sample tenant {number}\n"
            f"owner: {{team: team-{number}, contact: team-{number}@example.org, costCenter: '{number}'}}\n"
            "plan: standard\n"
            f"access: [{{subscriptionKey: {{keyVaultSecret: tenant-{number:05}-key}}}}]\n"
            f"models: {{chat: {{tokensPerMinute: {10 + number % 50}k}}}}\n"
            "environments: {prod: {models: {chat: {tokensPerMinute: 60k}}}}\n",
            "utf-8",
        )
    return config


def timed(what: str, work: Callable[[], object]) -> object:
    """Runs something and prints its CPU seconds."""
    began = time.process_time()
    result = work()
    print(f"{what:<34} {time.process_time() - began:6.2f} s CPU")
    return result


def main() -> None:
    """Prints the table."""
    folder = Path(tempfile.mkdtemp(prefix="gatewright-bench-"))
    try:
        config = estate_of(folder, TENANTS)
        began = time.process_time()
        estate = load(config, "dev")
        gc.freeze()
        print(f"{'load and cross-check':<34} {time.process_time() - began:6.2f} s CPU")
        files = generate(estate, templates=ROOT / "policies", version=__version__)
        print(f"{'… and generate':<34} {time.process_time() - began:6.2f} s CPU")
        timed("write", lambda: write(files, folder / "build"))
        timed("write again, nothing changed", lambda: write(files, folder / "build"))
        tier = estate.gateway.tier
        timed("validate and lint all documents", lambda: list(rendering.check_files(files, "build", tier)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'peak memory':<34} {peak:6.0f} MiB")
    finally:
        shutil.rmtree(folder)
