"""`gatewright schema`: JSON Schemas of the configuration, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.output import emit, say


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="JSON Schemas of the configuration files, for editors.")
    def schema(
        name: Annotated[str | None, typer.Argument(help="Such as tenant; all when left out.")] = None,
        write: Annotated[Path | None, typer.Option(metavar="DIR", help="Write them into a folder.")] = None,
    ) -> int:
        found = all_schemas()
        if name is not None:
            file = f"{name.removesuffix('.schema.json')}.schema.json"
            if file not in found:
                known = ", ".join(sorted(item.removesuffix(".schema.json") for item in found))
                raise typer.BadParameter(f"there is no schema {name!r}; there are {known}")
            found = {file: found[file]}
        if write is None:
            emit(next(iter(found.values())) if name else "".join(f"{item}\n" for item in sorted(found)))
            return 0
        write.mkdir(parents=True, exist_ok=True)
        for file, text in found.items():
            (write / file).write_text(text, "utf-8", newline="\n")
        say(f"{len(found)} schemas in {write}")
        return 0


def all_schemas() -> dict[str, str]:
    """File name → JSON text of every schema."""
    from gatewright.chargeback.ratecard import price_schema
    from gatewright.estate.schema import schemas

    prices = {"$schema": "https://json-schema.org/draft/2020-12/schema", **price_schema()}
    return {**schemas(), "prices.schema.json": json.dumps(prices, indent=2, ensure_ascii=False) + "\n"}
