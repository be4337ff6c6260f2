"""A log workspace on this machine: the table as DuckDB, the queries of infra/kql as they are.

`duckdb-kql` translates KQL to SQL; its authors measure its answers against Kusto. We put two things in:
`ingestion_time()`, which DuckDB does not have, and the decoding of Base64, which that version gets wrong.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb_kql
from duckdb_kql.stored_functions import ResolvedFunctions, StoredFunction, parse_functions

from proxy_addon.sinks import columns
from proxy_addon.sinks.sink import read_entry

SQL = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "long": "BIGINT",
    "real": "DOUBLE",
    "boolean": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "dynamic": "JSON",
}
FUNCTIONS = {
    "usage": ("GatewrightUsage", "begin: datetime, end: datetime"),
    "cost": ("GatewrightCost", "begin: datetime, end: datetime"),
    "rates": ("GatewrightRates", ""),
    "budgets": ("GatewrightBudgets", ""),
    "limits": ("GatewrightLimits", ""),
    "deployments": ("GatewrightDeployments", ""),
    "budget-use": ("GatewrightBudgetUse", ""),
}
"""File in infra/kql/functions → alias and parameters, as usage-functions.bicep has them."""
OTHER_TABLES = {
    "ApiManagementGatewayLogs": "(TimeGenerated: datetime, ApiId: string, BackendUrl: string, "
    "BackendResponseCode: int, ResponseCode: int)",
    "ContainerAppConsoleLogs": "(TimeGenerated: datetime, ContainerAppName: string, Log: string)",
    "AzureMetrics": "(TimeGenerated: datetime, MetricName: string, Resource: string, Maximum: real)",
}
"""Columns that the queries use of Azure's own tables.

source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/ (2026-08).
"""
_ROWS = "base64_decode_tostring('<rows>')"
_Value = object


def texts(root: Path) -> dict[str, str]:
    """Every query by its path below infra/kql."""
    folder = root / "infra/kql"
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.kql")}


def functions(root: Path, tables: Mapping[str, object]) -> dict[str, str]:
    """The workspace's functions by alias, with the rows of a deployment, as Kusto declares them."""
    made = {}
    for name, (alias, parameters) in FUNCTIONS.items():
        body = texts(root)[f"functions/{name}.kql"]
        rows = json.dumps(tables.get(name, [])).replace("\\", "\\\\").replace("'", "\\'")
        filled = body.replace(_ROWS, f"'{rows}'")
        made[alias] = f"function {alias}({parameters}) {{\n{filled}\n}}"
    return made


class Workspace:
    """The table of usage records with rows of ledger lines.

    Args:
        root: the repository.
        lines: the ledger.
        tables: `usageTables` of the parameter file.
        now: what `now()` and `ago()` count from.
    """

    def __init__(
        self, root: Path, lines: Iterable[bytes], tables: Mapping[str, object], now: datetime
    ) -> None:
        self.now = now
        self.connection = duckdb_kql.connect()
        self._functions = functions(root, tables)
        table = columns.load()
        fields = ", ".join(f'"{column.name}" {SQL[column.type]}' for column in table.columns)
        self.connection.execute(f"CREATE TABLE {table.name} ({fields}, _ingested TIMESTAMP)")
        for name, schema in OTHER_TABLES.items():
            pairs = re.findall(r"(\w+): (\w+)", schema)
            made = ", ".join(f'"{key}" {SQL[kind]}' for key, kind in pairs)
            self.connection.execute(f"CREATE TABLE {name} ({made})")
        rows = columns.Rows(table)
        for line in lines:
            self.add(rows.row(read_entry(line)).values, now)

    def add(self, row: Mapping[str, object], ingested: datetime) -> None:
        """Puts one row into the table, as it would have arrived at a moment."""
        values = {**row, "_ingested": ingested.replace(tzinfo=None)}
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        given = [json.dumps(item) if isinstance(item, dict | list) else item for item in values.values()]
        self.connection.execute(f"INSERT INTO OpenAIChargeback_CL ({names}) VALUES ({marks})", given)

    def run(self, query: str) -> list[dict[str, _Value]]:
        """The rows that a query gives, each by column."""
        text = query.replace("ingestion_time()", "_ingested")
        relation = duckdb_kql.query(
            self.connection, text, functions=self._used(text), query_now=self.now, allow_write=False
        )
        names: Sequence[str] = relation.columns
        return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]

    def _used(self, text: str) -> ResolvedFunctions:
        """The functions that a query calls, at any distance."""
        found: dict[str, str] = {}
        pending = [text]
        while pending:
            reading = pending.pop()
            for alias, made in self._functions.items():
                if alias not in found and f"{alias}(" in reading:
                    found[alias] = made
                    pending.append(made)
        return {None: {name: item for made in found.values() for name, item in parsed(made).items()}}


@cache
def parsed(declaration: str) -> dict[str, StoredFunction]:
    """A function by its name; parsing takes a second."""
    return (parse_functions([declaration]) or {})[None]


def encoded(rows: object) -> str:
    """What Bicep puts in the place of `<rows>`."""
    return base64.b64encode(json.dumps(rows).encode()).decode()
