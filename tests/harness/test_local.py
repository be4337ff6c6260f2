from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness.local import LocalGateway, LocalOptions, simulated_deployments
from gatewright.harness.localfiles import Route, Routes
from gatewright.harness.ready import Ready


def test_folder_without_a_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        LocalGateway(tmp_path, LocalOptions())
    assert [d.code for d in caught.value.diagnostics] == ["GEN410"]
    assert caught.value.unreadable


def test_simulated_upstream_has_the_deployments_of_the_routes() -> None:
    routes = Routes((Route("gw-a", "gpt-41", "swedencentral", "gpt-4.1-2025-04-14"),), {})
    [place] = simulated_deployments(routes)
    assert (place.name, place.backend, place.region) == ("gpt-41", "gw-a", "swedencentral")
    assert place.model == "gpt-4.1-2025-04-14"


def test_ready_line_has_the_keys_that_are_promised() -> None:
    ready = Ready("http://g", "http://p", "http://u", Path("l.jsonl"), {"t": "k"}, {"chat": "chat"})
    assert ready.to_json() == (
        '{"gateway": "http://g", "proxy": "http://p", "upstream": "http://u", "ledger": "l.jsonl", '
        '"keys": {"t": "k"}, "models": {"chat": "chat"}}'
    )
