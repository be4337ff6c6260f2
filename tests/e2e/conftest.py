"""The example estate, generated once, and local stacks on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from gatewright.estate import load
from gatewright.harness.local import LocalGateway, LocalOptions
from generator.build import write
from generator.generate import generate

Stack = Callable[[LocalOptions], AbstractAsyncContextManager[LocalGateway]]


@pytest.fixture(scope="session")
def build_dir(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build") / "dev"
    write(generate(load(root / "config", "dev"), templates=root / "policies", version="test"), folder)
    return folder


@pytest.fixture
def stack(build_dir: Path) -> Stack:
    @asynccontextmanager
    async def start(options: LocalOptions) -> AsyncIterator[LocalGateway]:
        async with LocalGateway(build_dir, options) as local:
            yield local

    return start
