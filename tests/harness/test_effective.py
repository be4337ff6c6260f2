from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness.clock import ManualClock
from gatewright.harness.gateway import Gateway


def refused(em: ModuleType, build: Path, **options: object) -> list[str]:
    with pytest.raises(Rejected) as caught:
        em.start(build, **options)
    return [item.code for item in caught.value.diagnostics]


def test_an_element_without_runner_is_refused_at_its_place(em: ModuleType, tmp_path: Path) -> None:
    build = em.build(
        tmp_path, {"inbound": '<set-header name="x"><value>1</value></set-header>\n<ip-filter />'}
    )
    with pytest.raises(Rejected) as caught:
        em.start(build)
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.span and fault.span.line) == ("EMU501", 2)
    assert "ip-filter" in fault.message
    assert fault.hint


def test_every_fault_is_found_in_one_load_and_told_once(em: ModuleType, tmp_path: Path) -> None:
    api = {
        "inbound": '<ip-filter /><set-header nam="x" />',
        "outbound": "<set-variable name='a' value='@(1 +)' />",
    }
    codes = refused(em, em.build(tmp_path, api))
    assert sorted(codes) == ["EMU501", "EMU502", "EMU504", "EXP301"]


def test_a_policy_file_that_is_gone_is_refused(em: ModuleType, tmp_path: Path) -> None:
    build = em.build(tmp_path, {})
    (build / "p" / "api.xml").unlink()
    assert refused(em, build) == ["EMU510"]


def test_a_subscription_without_key_is_refused(em: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        Gateway.load(
            em.build(tmp_path, {}),
            placeholders={},
            keys={},
            named_values={},
            clock=ManualClock(),
            on_outcome=lambda outcome: None,
        )
    assert [item.code for item in caught.value.diagnostics] == ["EMU512"]


def test_a_secret_named_value_without_value_is_refused(em: ModuleType, tmp_path: Path) -> None:
    build = em.build(tmp_path, {})
    text = (build / "bundle.json").read_text("utf-8")
    secret = '{"id": "gw-s", "displayName": "gw-s", "secret": true, "keyVaultSecret": "s", "value": null}'
    (build / "bundle.json").write_text(
        text.replace('"namedValues": []', f'"namedValues": [{secret}]'), "utf-8"
    )
    assert refused(em, build) == ["EMU511"]


def test_a_scope_that_does_not_parse_is_refused_with_its_place(em: ModuleType, tmp_path: Path) -> None:
    build = em.build(tmp_path, {})
    (build / "p" / "product.xml").write_text("<policies><inbound></policies>", "utf-8")
    with pytest.raises(Rejected) as caught:
        em.start(build)
    assert all(item.span and item.span.file.endswith("product.xml") for item in caught.value.diagnostics)
