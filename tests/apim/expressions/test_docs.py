"""The page on expressions names what is refused and every type of the library."""

from __future__ import annotations

from pathlib import Path

from gatewright.apim.expressions.library.areas import all_types
from gatewright.apim.expressions.library.outside import ALLOWED_ELSEWHERE

PAGE = Path(__file__).parents[3] / "docs/expressions.md"


def test_page_names_every_type() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [e.name for e in all_types() if e.kind != "exception" and f"`{e.name}`" not in page]
    assert not missing


def test_page_names_what_is_refused() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert not [name for name in sorted(ALLOWED_ELSEWHERE) if f"`{name}`" not in page]
