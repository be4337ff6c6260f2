"""Which findings `gatewright lint` shows: options of the command, or pyproject's `[tool.gatewright.lint]`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewright.diagnostics import Code, Diagnostic, Rejected, Severity, Span, nearest

BAD_SETTINGS = Code(
    "CLI008", "bad-lint-settings", Severity.ERROR, "A setting of lint cannot be used.", unreadable=True
)
FILE = "pyproject.toml"
KEYS = ("select", "ignore", "tier")
_CODE = re.compile(r"(?:POL|EXP)[0-9]{0,3}")
_ALWAYS = ("CFG", "CLI", "GEN")
"""Areas of faults that say what could not be read at all: never hidden."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to show.

    Attributes:
        select: codes or prefixes; empty selects everything.
        ignore: codes or prefixes that are taken out again.
        tier: the tier to check for, or None.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    tier: str | None = None

    def shown(self, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """The findings that are selected and not ignored."""
        for item in found:
            if item.code.startswith(_ALWAYS):
                yield item
            elif (not self.select or item.code.startswith(self.select)) and not (
                self.ignore and item.code.startswith(self.ignore)
            ):
                yield item


def settings(
    folder: Path,
    select: list[str] | None,
    ignore: list[str] | None,
    tier: str | None,
    *,
    codes: Iterable[str],
    tiers: Iterable[str],
) -> Settings:
    """What options ask for; where one is not given, what the nearest pyproject.toml says.

    Args:
        folder: where to look for pyproject.toml; its parents follow.
        select: options `--select`, each one code or prefix, or several with commas.
        ignore: options `--ignore`, likewise.
        tier: option `--tier`.
        codes: every code there is.
        tiers: every tier there is.

    Raises:
        Rejected: CLI008 for each value that cannot be used.
    """
    reader = _Reader(tuple(codes), tuple(tiers))
    filed = reader.file(folder)
    made = Settings(
        filed.select if select is None else reader.words("--select", _split(select), None),
        filed.ignore if ignore is None else reader.words("--ignore", _split(ignore), None),
        filed.tier if tier is None else reader.one_tier("--tier", tier, None),
    )
    if reader.faults:
        raise Rejected(reader.faults)
    return made


def _split(values: list[str]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


class _Reader:
    """Reads settings and collects what is wrong."""

    def __init__(self, codes: tuple[str, ...], tiers: tuple[str, ...]) -> None:
        self.codes, self.tiers = codes, tiers
        self.faults: list[Diagnostic] = []

    def file(self, folder: Path) -> Settings:
        """The settings of the nearest pyproject.toml that has any."""
        for place in (folder, *folder.parents):
            path = place / FILE
            if not path.is_file():
                continue
            text, table = self.table(path)
            if table is not None:
                return self.of(table, path, text)
        return Settings()

    def table(self, path: Path) -> tuple[str, Mapping[str, object] | None]:
        """The text of a pyproject.toml and its table for lint."""
        try:
            text = path.read_text("utf-8")
            whole = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
            self.fault(Span(str(path)), f"cannot be read: {fault}", "correct it, or lint from another folder")
            return "", None
        found: object = whole
        for step in ("tool", "gatewright", "lint"):
            found = found.get(step) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, dict):
            self.fault(Span(str(path)), "tool.gatewright.lint is no table", "write [tool.gatewright.lint]")
            return text, None
        return text, found

    def of(self, table: Mapping[str, object], path: Path, text: str) -> Settings:
        """The settings of a table."""
        for key in table:
            if key not in KEYS:
                close = nearest(key, KEYS)
                hint = f'did you mean "{close}"?' if close else f"there are {', '.join(KEYS)}"
                self.fault(_place(path, text, key), f'lint has no setting "{key}"', hint)
        select = self.listed("select", table, path, text)
        ignore = self.listed("ignore", table, path, text)
        tier = table.get("tier")
        if tier is None:
            return Settings(select, ignore)
        place = _place(path, text, "tier")
        if not isinstance(tier, str):
            self.fault(place, '"tier" must be a text', f"one of {', '.join(self.tiers)}")
            return Settings(select, ignore)
        return Settings(select, ignore, self.one_tier("tier", tier, place))

    def listed(self, key: str, table: Mapping[str, object], path: Path, text: str) -> tuple[str, ...]:
        """A list of codes or prefixes."""
        value = table.get(key, [])
        place = _place(path, text, key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(place, f'"{key}" must be a list of codes', f'write {key} = ["POL257"]')
            return ()
        return self.words(key, value, place)

    def words(self, key: str, words: list[str], place: Span | None) -> tuple[str, ...]:
        """Codes or prefixes, each of which some code begins with."""
        for word in words:
            if not _CODE.fullmatch(word) or not any(code.startswith(word) for code in self.codes):
                close = nearest(word.upper(), self.codes)
                hint = (
                    f"did you mean {close}?" if close else "write a code such as POL257, or a prefix: POL25"
                )
                self.fault(place, f'{key}: no code of lint begins with "{word}"', hint)
        return tuple(words)

    def one_tier(self, key: str, tier: str, place: Span | None) -> str:
        """A tier by its name."""
        if tier not in self.tiers:
            close = nearest(tier, self.tiers)
            hint = f'did you mean "{close}"?' if close else f"one of {', '.join(self.tiers)}"
            self.fault(place, f'{key}: there is no tier "{tier}"', hint)
        return tier

    def fault(self, place: Span | None, message: str, hint: str) -> None:
        """Keeps a fault."""
        self.faults.append(BAD_SETTINGS.at(place, message, hint=hint))


def _place(path: Path, text: str, key: str) -> Span:
    """The line of a key in the table; TOML's reader gives no places."""
    table = re.search(r"^\[tool\.gatewright\.lint\]", text, re.MULTILINE)
    found = re.compile(rf"^\s*\"?({re.escape(key)})\"?\s*=", re.MULTILINE).search(
        text, table.end() if table else 0
    )
    if not found:
        return Span(str(path))
    line = text.count("\n", 0, found.start(1)) + 1
    column = found.start(1) - text.rfind("\n", 0, found.start(1))
    return Span(str(path), line, column, line, column + len(key))
