"""Reports as lines of text, CSV and JSON.

A CSV cell that a spreadsheet would take for a formula begins with an apostrophe.
Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection (2025).
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

from gatewright.chargeback.report import Report, Row

_COUNTS = ("attempts", "refused", "input_tokens", "cached_tokens", "output_tokens", "total_tokens")
_DOUBTS = ("estimated", "missing", "unpriced")
UNPRICED = "unpriced"


def header(report: Report) -> list[str]:
    """The column names of a report."""
    return [*report.keys, *_COUNTS, *_DOUBTS, f"cost_{report.currency.lower()}"]


def cells(report: Report, row: Row, *, digits: int = 4) -> list[str]:
    """A row as texts; a group without any price shows `unpriced`, never a zero."""
    keys = row.key if row.key else ("total", *[""] * (len(report.keys) - 1))[: len(report.keys)]
    return [*keys, *(str(getattr(row, name)) for name in (*_COUNTS, *_DOUBTS)), _money(row, digits)]


def to_text(report: Report) -> str:
    """A table for people, the sum last; `*` marks a cost that lacks unpriced requests.

    Below it stands which share of the tokens is estimated, where any is.
    """
    rows = [header(report), *(cells(report, row) for row in report.rows), cells(report, report.total)]
    keys = len(report.keys)
    rows = [[*row[:keys], *(_grouped(cell) for cell in row[keys:])] for row in rows]
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = [_aligned(row, widths, keys) for row in rows]
    rule = "-" * len(lines[0])
    note = "* without what is unpriced\n" if any(cell.endswith("*") for row in rows for cell in row) else ""
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]]) + "\n" + note + _share(report.total)


def _share(total: Row) -> str:
    if not total.estimated_tokens:
        return ""
    share = 100 * total.estimated_tokens / total.total_tokens
    return f"{total.estimated_tokens:,} tokens ({share:.1f} %) are estimated\n"


def _aligned(row: list[str], widths: list[int], keys: int) -> str:
    cells = [
        cell.ljust(width) if index < keys else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _grouped(cell: str) -> str:
    return f"{int(cell):,}" if cell.isdigit() else cell


def to_csv(report: Report) -> str:
    """The rows as CSV (RFC 4180), without the sum."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header(report))
    for row in report.rows:
        writer.writerow([_harmless(cell) for cell in cells(report, row, digits=9)])
    return out.getvalue()


def to_json(report: Report) -> str:
    """The report as JSON; money is a text, null where nothing is priced."""
    document = {
        "currency": report.currency,
        "by": list(report.keys),
        "rows": [_object(report, row) for row in report.rows],
        "total": _object(report, report.total),
        "unpriced": dict(sorted(report.unpriced_reasons.items())),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _object(report: Report, row: Row) -> dict[str, object]:
    numbers = {name: getattr(row, name) for name in (*_COUNTS, *_DOUBTS, "estimated_tokens")}
    money = _plain(row.cost) if row.has_price else None
    return {**dict(zip(report.keys, row.key, strict=False)), **numbers, "cost": money}


def _money(row: Row, digits: int) -> str:
    if not row.has_price:
        return UNPRICED
    smallest = Decimal(1).scaleb(-digits)
    rounded = row.cost.quantize(smallest)
    if row.cost and not rounded:
        return f"<{smallest}"
    return f"{rounded}{'*' if row.unpriced and digits < 9 else ''}"


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f") if amount else "0"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
