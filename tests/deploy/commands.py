"""Runs commands in this process, as on a container with a managed identity and azd's environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import typer
from typer.testing import CliRunner

from tests.deploy.fake_arm.server import SERVICE

IDS = SERVICE.split("/")
AZD = {
    "AZURE_SUBSCRIPTION_ID": IDS[2],
    "APIM_RESOURCE_GROUP": IDS[4],
    "APIM_NAME": IDS[8],
    "PROXY_HOST": "proxy.example.org",
    "APIM_CLIENT_ID": "00000000-0000-4000-8000-00000000000a",
    "AZURE_KEY_VAULT_ENDPOINT": "https://sample.vault.azure.net/",
}


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: str
    told: str
    fault: BaseException | None


Run = Callable[..., Result]


def invoke(*words: str) -> Result:
    """One command line; a fault is kept, not printed."""
    app = typer.Typer()
    app.callback()(lambda: None)
    for name in ("deploy", "drift", "keys", "smoke", "importing"):
        import_module(f"gatewright.cli.commands.{name}").register(app)
    found = CliRunner().invoke(app, words, standalone_mode=False)
    status = found.return_value if isinstance(found.return_value, int) else found.exit_code
    return Result(status, found.stdout, found.stderr, found.exception)
