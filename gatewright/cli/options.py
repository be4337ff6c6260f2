"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.output import Findings

Config = Annotated[Path, typer.Option("--config", metavar="DIR", help="The configuration.")]
Env = Annotated[str, typer.Option("--env", metavar="NAME", help="The environment.")]
Templates = Annotated[
    Path, typer.Option("--templates", metavar="DIR", help="The policy templates.", show_default=True)
]
Build = Annotated[
    Path | None, typer.Option("--build", metavar="DIR", help="The rendered gateway; default build/<env>.")
]
FindingsForm = Annotated[Findings, typer.Option("--format", help="How findings are written.")]

CONFIG = Path("config")
ENV = "dev"
TEMPLATES = Path("policies")
