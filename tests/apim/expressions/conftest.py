"""What the tests of expressions share."""

from __future__ import annotations

import sys

import pytest

from gatewright.apim.expressions.watchdog import TimeUp


@pytest.fixture(autouse=True)
def dropped_in_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline that comes up in a callback of the garbage collector is dropped, told, and comes again.

    Hypothesis has such a callback, so any test that meets a deadline can see it; pytest would fail the test.
    """
    told = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is not TimeUp:
            told(unraisable)

    monkeypatch.setattr(sys, "unraisablehook", hook)
