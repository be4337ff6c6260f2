"""`gatewright meter`: usage of recorded exchanges, without any gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.cli.output import emit, say
from gatewright.cli.recordings import read

if TYPE_CHECKING:
    from gatewright.metering.record import UsageRecord


class Form(StrEnum):
    """How usage records are written."""

    TEXT = "text"
    JSONL = "jsonl"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command(help="Usage records of recorded exchanges, one each, without any gateway.")
    def meter(
        recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING…", show_default=False)],
        form: Annotated[Form, typer.Option("--format", help="How records are written.")] = Form.TEXT,
    ) -> int:
        count = 0
        for record in metered(recordings):
            emit(f"{record.to_json()}\n" if form is Form.JSONL else f"{line(record)}\n")
            count += 1
        say(f"{count} exchanges metered")
        return 0


def metered(recordings: Iterable[Path]) -> Iterator[UsageRecord]:
    """One usage record for each exchange, in order.

    Raises:
        Rejected: REC9xx when a file is no recording.
    """
    from gatewright.metering.recorded import meter as meter_exchange

    for exchange in read(recordings):
        yield meter_exchange(exchange)


def line(record: UsageRecord) -> str:
    """A record for a person: source, operation, model, tokens, and how we know."""
    usage = record.usage
    where = f"{Path(record.source.file).name}#{record.source.entry}" if record.source else "?"
    numbers = f"{_n(usage.input_tokens)} in {_n(usage.output_tokens)} out"
    known = record.usage_source + (f" ({record.usage_detail})" if record.usage_detail else "")
    model = record.response_model or record.request_model or "-"
    return f"{where:<44} {record.operation_name or '-':<16} {model:<28} {numbers:<22} {known}"


def _n(value: int | None) -> str:
    return "-" if value is None else str(value)
