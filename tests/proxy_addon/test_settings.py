"""Flags, their environment variables, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from proxy_addon.settings import read

NEEDED = ["--routes", "r", "--ledger", "l", "--proof-file", "p"]


def test_defaults_are_those_of_a_laptop() -> None:
    chosen = read(NEEDED, {})
    assert (chosen.host, chosen.port, chosen.body_limit) == ("127.0.0.1", 8080, 64 * 1024 * 1024)
    assert min(chosen.idle_seconds, chosen.first_byte_seconds) > 600
    assert (chosen.connect_seconds, chosen.header_limit) == (10, 64 * 1024)
    assert (chosen.journal, chosen.replica) == (Path("l.journal"), "replica")
    assert not chosen.serve_unrecorded
    assert (chosen.allow_loopback, chosen.ready_json, chosen.upstream_ca) == (False, False, None)


def test_variables_stand_in_for_flags_and_flags_win() -> None:
    environment = {
        "ROUTES": "e",
        "LEDGER": "e",
        "PROOF_FILE": "a:b",
        "ALLOW_LOOPBACK": "true",
        "BODY_LIMIT": "2k",
    }
    named = {f"GATEWRIGHT_PROXY_{name}": value for name, value in environment.items()}
    chosen = read(["--routes", "r", "--listen", "[::1]:0"], named)
    assert (chosen.routes, chosen.ledger) == (Path("r"), Path("e"))
    assert (chosen.host, chosen.port, chosen.body_limit) == ("::1", 0, 2048)
    assert chosen.proof_files == (Path("a"), Path("b"))
    assert chosen.allow_loopback


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["PRX600", "PRX600", "PRX600"]),
        ([*NEEDED, "--wat"], ["PRX600"]),
        ([*NEEDED, "--rout", "x"], ["PRX600"]),
        ([*NEEDED, "--listen", "8080"], ["PRX600"]),
        ([*NEEDED, "--listen", "a:99999"], ["PRX600"]),
        ([*NEEDED, "--body-limit", "0"], ["PRX600"]),
        ([*NEEDED, "--drain-seconds", "soon"], ["PRX600"]),
        ([*NEEDED, "--on-journal-failure", "hope"], ["PRX600"]),
        ([*NEEDED, "--replica", "../x"], ["PRX600"]),
        ([*NEEDED, "--proof-file", "b", "--proof-file", "c"], ["PRX600"]),
        ([*NEEDED, "--proof-entra", "a", "--proof-certificate", "b"], ["PRX608", "PRX608"]),
    ],
)
def test_misuse_is_refused_with_every_fault(arguments: list[str], expected: list[str]) -> None:
    with pytest.raises(Rejected) as caught:
        read(arguments, {})
    assert [fault.code for fault in caught.value.diagnostics] == expected
    assert all(fault.hint for fault in caught.value.diagnostics)


def test_a_switch_is_true_or_false() -> None:
    with pytest.raises(Rejected):
        read(NEEDED, {"GATEWRIGHT_PROXY_ALLOW_LOOPBACK": "perhaps"})


def test_a_replica_is_named_by_its_platform_in_plain_letters() -> None:
    assert read(NEEDED, {"HOSTNAME": "host", "CONTAINER_APP_REPLICA_NAME": "a/b..c"}).replica == "a-b..c"
    assert read([*NEEDED, "--replica", "r-1"], {"HOSTNAME": "host"}).replica == "r-1"
