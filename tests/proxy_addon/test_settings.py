"""Flags, their environment variables, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from proxy_addon.settings import read

GUID = "11111111-2222-3333-4444-555555555555"
NEEDED = ["--routes", "r", "--ledger", "l", "--proof-file", "p"]
ENTRA = ["--routes", "r", "--ledger", "l", "--proof-entra", "api://p", "--proof-entra-tenant", GUID]
ENTRA += ["--proof-entra-caller", GUID]


def test_defaults_are_those_of_a_laptop() -> None:
    chosen = read(NEEDED, {})
    assert (chosen.host, chosen.port, chosen.body_limit) == ("127.0.0.1", 8080, 64 * 1024 * 1024)
    assert min(chosen.idle_seconds, chosen.first_byte_seconds) > 600
    assert (chosen.connect_seconds, chosen.header_limit) == (10, 64 * 1024)
    assert (chosen.journal, chosen.replica) == (Path("l.journal"), "replica")
    assert (chosen.begin_durable, chosen.serve_unrecorded) == (False, False)
    assert (chosen.allow_loopback, chosen.ready_json, chosen.upstream_ca) == (False, False, None)


def test_variables_stand_in_for_flags_and_flags_win() -> None:
    environment = {
        "ROUTES": "e",
        "LEDGER": "e",
        "PROOF_FILE": "a:b",
        "ALLOW_LOOPBACK": "true",
        "BODY_LIMIT": "2k",
        "BEGIN_DURABLE": "true",
    }
    named = {f"GATEWRIGHT_PROXY_{name}": value for name, value in environment.items()}
    chosen = read(["--routes", "r", "--listen", "[::1]:0"], named)
    assert (chosen.routes, chosen.ledger) == (Path("r"), Path("e"))
    assert (chosen.host, chosen.port, chosen.body_limit) == ("::1", 0, 2048)
    assert chosen.proof.files == (Path("a"), Path("b"))
    assert chosen.allow_loopback
    assert chosen.begin_durable


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
        ([*NEEDED, "--proof-entra", "a"], ["PRX600", "PRX600"]),
        ([*NEEDED, "--proof-entra-caller", GUID], ["PRX600"]),
        ([*ENTRA, "--proof-entra-caller", "my-app"], ["PRX600"]),
        ([*ENTRA, "--proof-entra-tenant", "example.org"], ["PRX600"]),
        ([*ENTRA, "--proof-entra-authority", "http://login.example.org"], ["PRX600"]),
        ([*ENTRA, "--proof-entra-authority", "http://127.0.0.1:1"], ["PRX600"]),
        ([*ENTRA, "--proof-entra-authority", "https://login.example.org/x"], ["PRX600"]),
        ([*ENTRA, "--proof-entra-authority", "https://a@login.example.org"], ["PRX600"]),
        ([*NEEDED, "--proof-certificate", "ab" * 32], ["PRX600"]),
        ([*NEEDED, "--proof-certificate", "ab" * 20, "--ingress-requires-certificates"], ["PRX600"]),
    ],
)
def test_misuse_is_refused_with_every_fault(arguments: list[str], expected: list[str]) -> None:
    with pytest.raises(Rejected) as caught:
        read(arguments, {})
    assert [fault.code for fault in caught.value.diagnostics] == expected
    assert all(fault.hint for fault in caught.value.diagnostics)


def test_each_kind_of_proof_can_stand_alone() -> None:
    entra = read(ENTRA, {}).proof
    assert entra.entra is not None
    assert (entra.files, entra.thumbprints) == ((), ())
    assert entra.entra.issuers == (
        f"https://login.microsoftonline.com/{GUID}/v2.0",
        f"https://sts.windows.net/{GUID}/",
    )
    assert entra.entra.keys_url == f"https://login.microsoftonline.com/{GUID}/discovery/v2.0/keys"
    named = {
        "PROOF_CERTIFICATE": ("AB:" * 32)[:-1] + " " + "cd" * 32,
        "INGRESS_REQUIRES_CERTIFICATES": "true",
    }
    variables = {f"GATEWRIGHT_PROXY_{name}": value for name, value in named.items()}
    certificates = read(["--routes", "r", "--ledger", "l"], variables).proof
    assert certificates.thumbprints == ("ab" * 32, "cd" * 32)
    assert (certificates.files, certificates.entra) == ((), None)


def test_other_clouds_issue_under_their_own_names() -> None:
    china = read([*ENTRA, "--proof-entra-authority", "https://login.partner.microsoftonline.cn/"], {}).proof
    assert china.entra is not None
    assert china.entra.issuers[1] == f"https://sts.chinacloudapi.cn/{GUID}/"


def test_a_switch_is_true_or_false() -> None:
    with pytest.raises(Rejected):
        read(NEEDED, {"GATEWRIGHT_PROXY_ALLOW_LOOPBACK": "perhaps"})


def test_a_replica_is_named_by_its_platform_in_plain_letters() -> None:
    assert read(NEEDED, {"HOSTNAME": "host", "CONTAINER_APP_REPLICA_NAME": "a/b..c"}).replica == "a-b..c"
    assert read([*NEEDED, "--replica", "r-1"], {"HOSTNAME": "host"}).replica == "r-1"
