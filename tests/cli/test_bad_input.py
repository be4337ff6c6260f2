"""Bad input ends in a message with code, place and a way out, the right status, and never in a traceback."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Result

TENANT = "config/tenants/retail-search.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def fault(result: Result, status: int, code: str, place: str | None) -> str:
    """The lines of a fault's code, once everything around them holds."""
    text = result.out + result.err
    assert "Traceback" not in text
    assert result.status == status, text
    lines = [line for line in text.splitlines() if re.search(rf"\b{code} ", line)]
    assert lines, text
    if place:
        assert any(line.startswith(place) for line in lines), text
    assert "hint: " in text, text
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("old", "new", "status", "code", "place", "words"),
    [
        pytest.param("plan:", "plann:", 1, "CFG110", f"{TENANT}:5:1", "plann", id="unknown key"),
        pytest.param("60k", "60kk", 1, "CFG1\\d\\d", f"{TENANT}:8:", "60kk", id="wrong unit"),
        pytest.param("  chat:", "  chatt:", 1, "CFG1\\d\\d", f"{TENANT}:8:3", "chatt", id="missing model"),
        pytest.param(
            "plan: standard",
            "plan: standard\nplan: premium",
            1,
            "CFG102",
            f"{TENANT}:6:1",
            "plan",
            id="duplicate key",
        ),
        pytest.param("{team:", "{team: [", 2, "CFG101", f"{TENANT}:4:", "", id="broken YAML"),
    ],
)
def test_faulty_tenant(
    estate: Path, gatewright: Command, old: str, new: str, status: int, code: str, place: str, words: str
) -> None:
    edit(estate / TENANT, old, new)
    assert words in fault(gatewright("check"), status, code, place)


def test_two_tenants_with_one_id(estate: Path, gatewright: Command) -> None:
    edit(estate / "config/tenants/data-platform.yaml", "tenant: data-platform", "tenant: retail-search")
    line = fault(gatewright("check"), 1, "CFG1\\d\\d", "config/tenants/")
    assert "retail-search" in line


def test_price_gap(estate: Path, gatewright: Command) -> None:
    edit(
        estate / "config/prices/azure-openai.yaml",
        "    from: 2024-01-25\n",
        "    from: 2026-01-01\n    until: 2026-06-01\n    perMillionTokens: {input: 0.03}\n"
        "  - model: text-embedding-3-small\n    sku: Standard\n    from: 2026-07-01\n",
    )
    line = fault(gatewright("check"), 1, "CHB705", "config/prices/azure-openai.yaml:")
    assert "no rate from 2026-06-01 to 2026-07-01" in line


def test_policy_with_an_unknown_element(estate: Path, gatewright: Command) -> None:
    path = estate / "p.xml"
    path.write_text(
        "<policies>\n  <inbound>\n    <base />\n    <set-headr name='x' />\n  </inbound>\n</policies>\n"
    )
    line = fault(gatewright("lint", "p.xml"), 1, "POL2\\d\\d", "p.xml:4:")
    assert "set-headr" in line


@pytest.mark.parametrize("content", ["no json", '{"log": 1}', '{"a": []}', "[]", "\x00\x01", ""])
def test_har_that_is_none(estate: Path, gatewright: Command, content: str) -> None:
    (estate / "x.har").write_text(content)
    fault(gatewright("meter", "x.har"), 2, "REC9\\d\\d", "x.har")
    fault(gatewright("replay", "x.har"), 2, "REC9\\d\\d", "x.har")


def test_recording_that_is_not_there(estate: Path, gatewright: Command) -> None:
    fault(gatewright("meter", "none.har"), 2, "REC9\\d\\d", "none.har")


def test_port_in_use(estate: Path, gatewright: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = fault(gatewright("serve", "--port", str(port)), 2, "EMU5\\d\\d", None)
    assert str(port) in line


@pytest.mark.parametrize(
    "words",
    [
        ("chekc",),
        ("check", "--enviroment", "dev"),
        ("report",),
        ("report", "none.jsonl", "--by", "team"),
        ("report", "none.jsonl", "--since", "yesterday"),
        ("eval",),
        ("lint",),
        ("lint", "none.xml"),
        ("replay", "x.har", "--map", "oops"),
        ("replay", "x.har", "--without", "everything"),
        ("serve", "--fault", "nonsense"),
        ("serve", "--upstream", "ftp://example.org"),
        ("schema", "nothing"),
        ("check", "--format", "xml"),
    ],
)
def test_misuse(estate: Path, gatewright: Command, words: tuple[str, ...]) -> None:
    result = gatewright(*words)
    assert result.status == 2, result
    assert "Traceback" not in result.err
    assert re.search(r"\b(CLI|EMU|REC|CHB)\d{3} ", result.err), result.err


def test_unknown_environment(estate: Path, gatewright: Command) -> None:
    assert "stagging" in fault(gatewright("check", "--env", "stagging"), 2, "CFG1\\d\\d", None)


def test_folder_without_configuration(estate: Path, gatewright: Command) -> None:
    fault(gatewright("check", "--config", "nowhere"), 2, "CFG1\\d\\d", "nowhere")


def test_unreadable_build_folder(estate: Path, gatewright: Command) -> None:
    fault(gatewright("serve", "--build", "nowhere", "--port", "0"), 2, "GEN410", None)


def test_every_fault_of_every_file_is_told(estate: Path, gatewright: Command) -> None:
    edit(estate / TENANT, "plan:", "plann:")
    edit(estate / "config/tenants/data-platform.yaml", "usd: 250", "usd: lots")
    edit(estate / "config/plans/premium.yaml", "120k", "120x")
    result = gatewright("check")
    assert result.status == 1
    for name in ("tenants/retail-search", "tenants/data-platform", "plans/premium"):
        assert f"config/{name}.yaml:" in result.out + result.err
