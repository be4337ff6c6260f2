"""The emulator of `emulator.py` as a fixture: a build folder of a test's own, and gateways over it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    name = "harness_test_emulator"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("emulator.py"))
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def em() -> ModuleType:
    """The module `emulator.py`: build, start, single, pool, breaker, Chunks, KEY, CHAT."""
    return _load()
