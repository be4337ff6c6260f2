"""Log lines: short, one line each, without what a request carried."""

from __future__ import annotations

import logging
import sys

from proxy_addon.logs import Lines


def line(name: str, message: str, *, failing: bool = False) -> str:
    details = None
    if failing:
        try:
            raise ValueError("Bearer token")
        except ValueError:
            details = sys.exc_info()
    record = logging.LogRecord(name, logging.WARNING, "file", 1, message, (), details)
    return Lines().format(record)


def test_our_own_lines_are_plain() -> None:
    assert line("gatewright.proxy", "listening").endswith("Z warning listening")


def test_quoted_bytes_are_cut() -> None:
    text = line("mitmproxy.proxy.server", "unexpected: b'api-key: secret'\nmore")
    assert text.endswith("Z warning mitmproxy.proxy.server: unexpected: ")


def test_a_failure_is_named_by_its_type_alone() -> None:
    text = line("mitmproxy.addonmanager", "Addon error", failing=True)
    assert text.endswith("Addon error (ValueError)")
    assert "Bearer" not in text


def test_control_characters_are_not_printed() -> None:
    assert line("gatewright.proxy", "a\x1b[31mb").endswith("a [31mb")
