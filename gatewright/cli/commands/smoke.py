"""`gatewright smoke`: the calls of `tests.http`, made and looked at."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from gatewright.cli import azure, codes, options
from gatewright.cli.output import emit

if TYPE_CHECKING:
    from gatewright.deploy.http_file import Call
    from gatewright.deploy.smoke import Outcome

Gateway = Annotated[
    str, typer.Option("--gateway", envvar="APIM_GATEWAY_URL", metavar="URL", help="The gateway's address.")
]
HttpFile = Annotated[Path, typer.Option("--file", metavar="FILE", help="The calls.")]
Tenant = Annotated[
    str | None, typer.Option("--tenant", metavar="NAME", help="Whose key is used; default the first tenant.")
]
KEY = "GATEWRIGHT_KEY"  # of the environment only: an option would stand in process lists
GIVEN = ("gateway", "key")  # variables of the file that are not for --set


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(
        help="Make the calls of tests.http against a gateway; exit status 1 unless all is as expected."
    )
    def smoke(
        env: azure.Env,
        gateway: Gateway,
        file: HttpFile = Path("tests.http"),
        tenant: Tenant = None,
        sets: Annotated[
            list[str] | None,
            typer.Option("--set", metavar="NAME=VALUE", help="A variable of the file; repeatable."),
        ] = None,
        key_vault: azure.Vault = None,
        build: options.Build = None,
        timeout: Annotated[float, typer.Option(min=1, help="Seconds for each call.")] = 120,
        form: Annotated[azure.Form, typer.Option("--format", help="How the result is written.")] = (
            azure.Form.TEXT
        ),
    ) -> int:
        import httpx

        from gatewright.deploy.http_file import read, variables
        from gatewright.deploy.smoke import make

        text = _text(file)
        given = {"gateway": _address(gateway), **_pairs(sets or [], variables(text))}
        _check_places(read(text, str(file), {**given, "key": "x"}), given["gateway"], file)
        given["key"] = _key(build or Path("build") / env, env, tenant, key_vault)
        calls = read(text, str(file), given)
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            found = [make(client, call) for call in calls]
        emit(_json(found) if form is azure.Form.JSON else _table(found))
        return 0 if found and all(item.ok for item in found) else 1


def _text(file: Path) -> str:
    from gatewright.diagnostics import Rejected, Span

    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror or str(fault) if isinstance(fault, OSError) else str(fault)
        raise Rejected([codes.NO_FILE.at(Span(str(file)), reason, hint="--file names the calls")]) from fault


def _address(gateway: str) -> str:
    parts = urlsplit(gateway)
    if not parts.hostname or parts.scheme not in {"http", "https"} or parts.query:
        raise typer.BadParameter(f"--gateway {gateway!r} is no URL of a gateway")
    if parts.scheme == "http" and not azure.is_loopback(parts.hostname):
        raise typer.BadParameter(f"--gateway {gateway!r} is plain HTTP: a key never goes over it")
    return gateway.rstrip("/")


def _pairs(sets: list[str], known: dict[str, str]) -> dict[str, str]:
    found = {}
    for item in sets:
        name, equals, value = item.partition("=")
        if not equals or name not in known or name in GIVEN:
            names = ", ".join(name for name in known if name not in GIVEN)
            raise typer.BadParameter(f"--set {name} sets no variable of the file; there are {names}")
        found[name] = value
    return found


def _check_places(calls: tuple[Call, ...], gateway: str, file: Path) -> None:
    """The key goes to the gateway that was named, whatever a file says; checked before the key is read."""
    for call in calls:
        if not call.url.startswith(f"{gateway}/"):
            raise typer.BadParameter(f"{file}:{call.line} goes elsewhere than to {gateway}")


def _key(build: Path, env: str, tenant: str | None, key_vault: str | None) -> str:
    key = os.environ.get(KEY) or _published(build, env, tenant, key_vault)
    if not re.fullmatch(r"[\x21-\x7e]{1,256}", key):
        raise typer.BadParameter("the key holds characters that no header can carry")
    return key


def _published(build: Path, env: str, tenant: str | None, key_vault: str | None) -> str:
    """The key of a tenant, as the vault has it."""
    from azure.identity import DefaultAzureCredential

    from gatewright.deploy import codes as deploy_codes
    from gatewright.deploy.keys import holders_of
    from gatewright.diagnostics import Rejected

    bundle = azure.load_bundle(build, env)
    holder = holders_of(bundle, tenant)[0]
    secret = azure.open_vault(key_vault, DefaultAzureCredential()).read(holder.secret)
    if secret is None:
        message = f"{holder.path} is not in the vault"
        hint = "gatewright deploy publishes it; GATEWRIGHT_KEY gives another one"
        raise Rejected([deploy_codes.KEY_UNKNOWN.at(None, message, hint=hint)])
    return secret.value


def _table(found: list[Outcome]) -> str:
    width = max((len(item.call.title) for item in found), default=0)
    lines = []
    for item in found:
        tokens = "" if item.tokens is None else f"{item.tokens} tokens"
        verdict = "ok  " if item.ok else "FAIL"
        row = f"{verdict} {item.status or '---'} {item.call.title:{width}} {item.seconds * 1000:6.0f} ms"
        lines.append(f"{row} {tokens:>12}  {item.backend}".rstrip())
        lines += [f"         {item.fault}"] if item.fault else []
    good = sum(item.ok for item in found)
    return "".join(f"{line}\n" for line in [*lines, f"{good} of {len(found)} as expected"])


def _json(found: list[Outcome]) -> str:
    rows = [
        {
            "call": item.call.title,
            "ok": item.ok,
            "status": item.status,
            "expected": item.call.status,
            "backend": item.backend or None,
            "tokens": item.tokens,
            "milliseconds": round(item.seconds * 1000),
            "fault": item.fault or None,
        }
        for item in found
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
