"""Fixtures that every room's tests share."""

from __future__ import annotations

import importlib
import os
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("gatewright", deadline=None)  # no test asserts how long something takes
settings.load_profile("gatewright")

with warnings.catch_warnings():
    # Dependencies of mitmproxy, and the tokenizer, warn about themselves while they are imported.
    warnings.simplefilter("ignore")
    for name in ("bpe_openai", "mitmproxy.master"):
        importlib.import_module(name)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder with recordings, schemas and the C# oracle; the test is skipped where it is not set."""
    name = os.environ.get("GATEWRIGHT_TEST_DATA")
    if not name:
        pytest.skip("GATEWRIGHT_TEST_DATA is not set")
    folder = Path(name)
    if not folder.is_dir():
        pytest.fail(f"GATEWRIGHT_TEST_DATA names no folder: {folder}")
    return folder.resolve()
