"""Keys: made by API Management, kept in Key Vault, rotated without locking anybody out, never shown."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest

from gatewright.deploy.keys import OPEN, SOURCE, Holder
from gatewright.deploy.service import KeyPair, Slot
from gatewright.deploy.vault import Secret
from gatewright.diagnostics import Rejected
from tests.deploy.conftest import Deployer, codes
from tests.deploy.fake_vault import FakeVault

RETAIL = Holder("gw-retail-search", "retail-search-key")
PATH = "subscriptions/gw-retail-search"


def pair(deployer: Deployer) -> dict[str, str]:
    return deployer.arm.store.keys[PATH]


def outcome(step: Callable[[Holder], object]) -> list[str]:
    """The codes of what stops a step, if anything does."""
    try:
        step(RETAIL)
    except Rejected as fault:
        return codes(fault)
    return []


def test_a_deployment_publishes_the_primary_key_of_every_subscription(
    keyed: Deployer, vault: FakeVault
) -> None:
    applied = keyed.deploy()
    assert [item.secret for item in applied.published] == sorted(vault.secrets)
    for holder in keyed.holders():
        assert (
            vault.value(holder.secret)
            == keyed.arm.store.keys[f"subscriptions/{holder.subscription}"]["primaryKey"]
        )
        assert vault.tags(holder.secret) == {SOURCE: holder.subscription}


def test_a_second_deployment_writes_nothing_anywhere(keyed: Deployer, vault: FakeVault) -> None:
    keyed.deploy()
    keyed.arm.forget()
    vault.calls.clear()
    applied = keyed.deploy()
    assert (applied.written, applied.published) == ((), ())
    assert keyed.arm.writes == []
    assert vault.writes == []


@pytest.mark.parametrize("slot", ["primaryKey", "secondaryKey"])
def test_a_secret_that_holds_either_key_is_left_alone(keyed: Deployer, vault: FakeVault, slot: str) -> None:
    keyed.deploy()
    vault.put(RETAIL.secret, pair(keyed)[slot])
    assert keyed.deploy().published == ()


def test_a_secret_of_ours_that_holds_something_else_is_put_right(keyed: Deployer, vault: FakeVault) -> None:
    keyed.deploy()
    vault.put(RETAIL.secret, "by hand", {SOURCE: "gw-another"})
    assert keyed.deploy().published == (RETAIL,)
    assert vault.value(RETAIL.secret) == pair(keyed)["primaryKey"]


@pytest.mark.parametrize("deployed", [False, True])
def test_a_secret_of_others_is_not_written_over(keyed: Deployer, vault: FakeVault, deployed: bool) -> None:
    if deployed:
        keyed.deploy()
    vault.put(RETAIL.secret, "password of a database", {"team": "others"})
    keyed.arm.forget()
    vault.calls.clear()
    with pytest.raises(Rejected) as caught:
        keyed.deploy()
    assert codes(caught.value) == ["DEP835"]
    assert "--adopt secrets/retail-search-key" in str(caught.value.diagnostics[0].hint)
    assert "password of a database" not in str(caught.value.diagnostics)
    assert keyed.arm.writes == vault.writes == []


def test_a_secret_that_others_make_after_the_plan_is_not_written_over(
    keyed: Deployer, vault: FakeVault
) -> None:
    keyed.deploy()
    keyring = keyed.keyring()
    vault.put(RETAIL.secret, "theirs")
    assert outcome(keyring.publish) == ["DEP835"]
    assert outcome(replace(keyring, adopt=("secrets/retail-search-key",)).publish) == []
    assert vault.value(RETAIL.secret) == pair(keyed)["primaryKey"]


def test_an_edited_subscription_keeps_its_keys(keyed: Deployer, vault: FakeVault) -> None:
    keyed.deploy()
    before = dict(pair(keyed))
    keyed.arm.store.patch(PATH, {"displayName": "By hand"})
    keyed.arm.forget()
    assert [step.method for step in keyed.deploy().written] == ["PATCH"]
    assert ("PATCH", PATH) in keyed.arm.writes
    assert pair(keyed) == before
    assert keyed.arm.store.entities[PATH]["displayName"] == "Retail search"


def test_a_rotation_keeps_the_old_key_until_it_is_finished(keyed: Deployer, vault: FakeVault) -> None:
    keyed.deploy()
    old = dict(pair(keyed))
    assert keyed.keyring().rotate(RETAIL) is Slot.SECONDARY
    between = dict(pair(keyed))
    assert between["primaryKey"] == old["primaryKey"]
    assert between["secondaryKey"] != old["secondaryKey"]
    assert vault.value(RETAIL.secret) == between["secondaryKey"]
    assert vault.tags(RETAIL.secret) == {SOURCE: RETAIL.subscription, OPEN: "primary"}
    assert keyed.deploy().published == ()
    assert keyed.keyring().finish(RETAIL) is Slot.PRIMARY
    after = dict(pair(keyed))
    assert after["primaryKey"] != old["primaryKey"]
    assert after["secondaryKey"] == vault.value(RETAIL.secret) == between["secondaryKey"]
    assert vault.tags(RETAIL.secret) == {SOURCE: RETAIL.subscription}


def test_the_next_rotation_leaves_the_published_key_alone_again(keyed: Deployer, vault: FakeVault) -> None:
    keyed.deploy()
    keyring = keyed.keyring()
    for _ in range(3):
        published = vault.value(RETAIL.secret)
        keyring.rotate(RETAIL)
        assert published in pair(keyed).values()
        assert vault.value(RETAIL.secret) != published
        keyring.finish(RETAIL)
        assert published not in pair(keyed).values()
        assert vault.value(RETAIL.secret) in pair(keyed).values()


def test_an_open_rotation_is_not_begun_again_and_none_is_not_finished(
    keyed: Deployer, vault: FakeVault
) -> None:
    keyed.deploy()
    keyring = keyed.keyring()
    with pytest.raises(Rejected) as caught:
        keyring.finish(RETAIL)
    assert codes(caught.value) == ["DEP833"]
    keyring.rotate(RETAIL)
    before = dict(pair(keyed))
    with pytest.raises(Rejected) as caught:
        keyring.rotate(RETAIL)
    assert codes(caught.value) == ["DEP832"]
    assert pair(keyed) == before


def test_a_key_that_is_not_published_is_not_rotated(keyed: Deployer, vault: FakeVault) -> None:
    keyring = keyed.keyring()
    with pytest.raises(Rejected) as caught:
        keyring.rotate(RETAIL)
    assert codes(caught.value) == ["DEP830"]
    keyed.deploy()
    vault.put(RETAIL.secret, "by hand")
    before = dict(pair(keyed))
    with pytest.raises(Rejected) as caught:
        keyring.rotate(RETAIL)
    assert codes(caught.value) == ["DEP831"]
    assert pair(keyed) == before


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
@pytest.mark.parametrize("where", ["vault", "service"])
def test_a_rotation_that_is_cut_anywhere_can_be_done_again_and_locks_nobody_out(
    keyed: Deployer, vault: FakeVault, after: bool, where: str
) -> None:
    keyed.deploy()
    keyring = keyed.keyring()
    place = vault if where == "vault" else keyed.arm.options
    calls = vault.calls if where == "vault" else keyed.arm.calls
    number, cuts = 1, 0
    while True:
        published = vault.value(RETAIL.secret)
        calls.clear()
        place.cut_at, place.cut_after = number, after
        was_cut = False
        for step in (keyring.rotate, keyring.finish):
            stopped = outcome(step)
            if not stopped:
                continue
            assert stopped == ["DEP823"]
            was_cut, place.cut_at = True, 0
            assert vault.value(RETAIL.secret) in pair(keyed).values()
            if step == keyring.rotate:
                assert published in pair(keyed).values()
            assert outcome(step) in ([], ["DEP832"], ["DEP833"])  # the latter where it had taken effect
        place.cut_at = 0
        assert published not in pair(keyed).values()
        assert vault.value(RETAIL.secret) in pair(keyed).values()
        if not was_cut:
            break
        number, cuts = number + 1, cuts + 1
    assert cuts == {"vault": 5, "service": 5}[where]


@pytest.mark.parametrize(
    ("reason", "code", "hint"),
    [
        ("ForbiddenByRbac", "DEP821", "Key Vault Secrets Officer"),
        ("ForbiddenByFirewall", "DEP821", "MY_IP_ADDRESS"),
        ("ObjectIsDeletedButRecoverable", "DEP820", "recover"),
        ("SecretDisabled", "DEP821", "disabled"),
        ("Throttled", "DEP822", "later"),
    ],
)
def test_what_the_vault_refuses_is_told_in_its_own_words_with_a_way_out(
    keyed: Deployer, vault: FakeVault, reason: str, code: str, hint: str
) -> None:
    vault.refuse = lambda method, path: reason if method == "PUT" else None
    with pytest.raises(Rejected) as caught:
        keyed.deploy()
    assert codes(caught.value)[0] == code
    fault = caught.value.diagnostics[0]
    assert fault.message.startswith("PUT secrets/")
    assert hint in str(fault.hint)
    assert keyed.arm.store.entities["namedValues/gw-deploy-lock"]["tags"][1] == "free"
    vault.refuse = lambda method, path: None
    assert keyed.deploy().published


def test_throttling_of_the_vault_is_waited_out(keyed: Deployer, vault: FakeVault) -> None:
    left = [3]

    def refuse(method: str, path: str) -> str | None:
        left[0] -= method == "PUT"
        return "Throttled" if method == "PUT" and left[0] >= 0 else None

    vault.refuse, keyed.retries = refuse, 5
    keyed.deploy()
    assert sorted(vault.secrets) == sorted(item.secret for item in keyed.holders())


def test_no_key_is_ever_shown(
    keyed: Deployer, vault: FakeVault, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in logs at their loudest, nor in faults with their causes, nor in the form of a value."""
    caplog.set_level(logging.DEBUG)
    keyed.deploy()
    keyring = keyed.keyring()
    keyring.rotate(RETAIL)
    told = []
    vault.refuse = lambda method, path: "ForbiddenByRbac" if method != "GET" else None
    for step, holder in ((keyring.finish, RETAIL), (keyring.rotate, Holder(RETAIL.subscription, "x"))):
        with pytest.raises(Rejected) as caught:
            step(holder)
        told.append("".join(traceback.format_exception(caught.value)))
        told.append(repr(caught.value.diagnostics))
    values = {value for keys in keyed.arm.store.keys.values() for value in keys.values()}
    values |= {str(item["value"]) for versions in vault.secrets.values() for item in versions}
    sample = values.pop()
    told += [repr(KeyPair(sample, sample)), repr(Secret(sample)), str(Secret(sample))]
    everything = caplog.text + "".join(told) + "".join(capfd.readouterr())
    assert "listSecrets" in everything
    assert not [value for value in (*values, sample) if value in everything]
