"""One module a command; each adds itself to the application."""

from __future__ import annotations

from importlib import import_module

import typer

COMMANDS = (
    "check",
    "generate",
    "explain",
    "lint",
    "evaluate",
    "serve",
    "record",
    "replay",
    "meter",
    "report",
    "deploy",
    "drift",
    "keys",
    "smoke",
    "importing",
    "schema",
)


def register(app: typer.Typer) -> None:
    """Adds every command, in the order of the help page."""
    for name in COMMANDS:
        import_module(f"{__name__}.{name}").register(app)
