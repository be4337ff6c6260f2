"""The recorder's options: off by default, and hashed by default where it is on."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from proxy_addon.settings import read

NEEDED = ["--routes", "r", "--ledger", "l", "--proof-file", "p"]


def test_nothing_is_recorded_by_default() -> None:
    assert read(NEEDED, {}).recording is None


def test_defaults_record_one_in_a_hundred_with_prompts_hashed() -> None:
    found = read([*NEEDED, "--record-dir", "d"], {}).recording
    assert found is not None
    assert (found.folder, found.rate, found.keep_prompts, found.form) == (Path("d"), 0.01, False, "har")
    assert (found.days, found.total_bytes, found.exchange_bytes) == (7, 1 << 30, 4 << 20)
    assert found.tenants == frozenset()


def test_variables_stand_in_for_flags() -> None:
    environment = {"DIR": "d", "RATE": "0.5", "TENANT": "a-one b-two", "PROMPTS": "keep", "FORMAT": "flow"}
    named = {f"GATEWRIGHT_PROXY_RECORD_{name}": value for name, value in environment.items()}
    found = read(NEEDED, named).recording
    assert found is not None
    assert (found.rate, found.keep_prompts, found.form) == (0.5, True, "flow")
    assert found.tenants == {"a-one", "b-two"}


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (["--record-rate", "0.5"], "--record-rate"),
        (["--record-tenant", "a-one"], "--record-tenant"),
        (["--record-prompts", "keep"], "--record-prompts"),
        (["--record-dir", "d", "--record-rate", "0"], "is no part of 1"),
        (["--record-dir", "d", "--record-rate", "0.000"], "is no part of 1"),
        (["--record-dir", "d", "--record-rate", "1.5"], "is no part of 1"),
        (["--record-dir", "d", "--record-rate", "1%"], "is no part of 1"),
        (["--record-dir", "d", "--record-tenant", "A B"], "names no tenant"),
        (["--record-dir", "d", "--record-prompts", "maybe"], "maybe"),
        (["--record-dir", "d", "--record-format", "pcap"], "pcap"),
        (["--record-dir", "d", "--record-days", "0"], "--record-days"),
        (["--record-dir", "d", "--record-size", "1m"], "is too small"),
        (["--record-dir", "d", "--record-size", "32m", "--record-limit", "5m"], "an eighth"),
    ],
)
def test_what_is_wrong_is_refused_with_its_option(arguments: list[str], about: str) -> None:
    with pytest.raises(Rejected) as caught:
        read([*NEEDED, *arguments], {})
    assert {item.code for item in caught.value.diagnostics} == {"PRX600"}
    assert about in caught.value.diagnostics[0].message
