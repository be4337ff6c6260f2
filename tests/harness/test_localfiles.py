from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness import localfiles

ROUTE = {
    "endpoint": "https://<endpoint.sweden>",
    "deployment": "gpt-41",
    "region": "swedencentral",
    "models": ["chat"],
}
ROUTES = {
    "version": 1,
    "routes": {"gw-a": ROUTE},
    "allowedHostSuffixes": [".openai.azure.com"],
    "tenants": {"t": {}},
}
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def build(folder: Path, text: str) -> Path:
    (folder / "proxy").mkdir()
    (folder / "proxy" / "routes.json").write_text(text)
    return folder


def test_only_endpoints_change_and_hosts_are_added(tmp_path: Path) -> None:
    routes = localfiles.load_routes(build(tmp_path, json.dumps(ROUTES)))
    moved = json.loads(routes.pointing({"gw-a": "http://127.0.0.1:1"}, (".x.example.org",)))
    assert moved["routes"]["gw-a"] == {**ROUTE, "endpoint": "http://127.0.0.1:1"}
    assert moved["allowedHostSuffixes"] == [".openai.azure.com", ".x.example.org"]
    assert moved["tenants"] == {"t": {}}


def test_model_is_named_as_answers_state_it(tmp_path: Path) -> None:
    deployments = [{"name": "gpt-41", "model": "gpt-4.1", "version": "2025-04-14"}]
    endpoints = {"value": [{"region": "swedencentral", "deployments": deployments}]}
    (tmp_path / "main.parameters.json").write_text(json.dumps({"parameters": {"endpoints": endpoints}}))
    [route] = localfiles.load_routes(build(tmp_path, json.dumps(ROUTES))).routes
    assert route.model == "gpt-4.1-2025-04-14"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"routes": [], "allowedHostSuffixes": []}',
        '{"routes": {"a": 1}, "allowedHostSuffixes": []}',
    ],
)
def test_file_that_is_no_routes_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Rejected) as caught:
        localfiles.load_routes(build(tmp_path, text))
    assert [d.code for d in caught.value.diagnostics] == ["EMU563"]
    assert caught.value.unreadable


def test_missing_routes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="EMU563"):
        localfiles.load_routes(tmp_path)


def test_each_run_has_a_folder_and_a_secret_of_its_own(tmp_path: Path) -> None:
    first, second = (localfiles.open_run(tmp_path, "dev", NOON, None) for _ in range(2))
    assert first.path != second.path
    assert first.proof != second.proof
    assert first.proof_file.read_text().strip() == first.proof
    assert stat.S_IMODE(first.proof_file.stat().st_mode) == 0o600
    first.close()
    assert not first.proof_file.exists()


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Rejected) as caught:
        localfiles.open_run(tmp_path / "file", "dev", NOON, None)
    assert [d.code for d in caught.value.diagnostics] == ["EMU564"]
