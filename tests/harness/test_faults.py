from __future__ import annotations

import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness.faults import Fault, FaultPlan, check_targets, read, read_header


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("gpt-41:429", Fault("gpt-41", status=429)),
        (
            "gpt-41:429:retry-after=20:after=1:times=3",
            Fault("gpt-41", status=429, retry_after_seconds=20, after=1, times=3),
        ),
        ("gpt-41:reset", Fault("gpt-41", reset=True)),
        ("*:cut=4", Fault("*", cut_after=4)),
        ("gpt-41:slow=50:times=1", Fault("gpt-41", slow_ms=50, times=1)),
    ],
)
def test_specification_is_read(text: str, fault: Fault) -> None:
    assert read(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gpt-41",
        ":429",
        "gpt-41:",
        "gpt-41:200",
        "gpt-41:4290",
        "gpt-41:\uff1429",
        "gpt-41:429:retry-after",
        "gpt-41:429:retry-after=-1",
        "gpt-41:429:retry-after=1.5",
        "gpt-41:429:times=1:times=2",
        "gpt-41:reset:retry-after=2",
        "gpt-41:cut",
        "gpt-41:explode",
        "gpt-41:429:later=2",
    ],
)
def test_anything_else_is_refused_with_a_code_and_a_hint(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read(text)
    [fault] = caught.value.diagnostics
    assert fault.code == "EMU550"
    assert fault.hint
    assert caught.value.unreadable


def test_header_is_a_fault_of_one_request() -> None:
    assert read_header("429; retry-after=2") == Fault("*", status=429, retry_after_seconds=2)


def test_plan_lets_requests_pass_then_hits_then_passes_again() -> None:
    plan = FaultPlan((read("a:503:after=1:times=2"),))
    hits = [plan.next(["a"]) is not None for _ in range(5)]
    assert hits == [False, True, True, False, False]


def test_plan_asks_by_deployment_or_backend_and_leaves_others_alone() -> None:
    plan = FaultPlan((read("gw-sweden-a:429:times=1"), read("*:slow=5")))
    first, other = plan.next(["a", "gw-sweden-a"]), plan.next(["b"])
    assert first is not None
    assert first.status == 429
    assert other is not None
    assert other.slow_ms == 5


def test_unknown_target_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        check_targets([read("gpt-14:429"), read("*:reset")], ["gpt-41"])
    assert [d.code for d in caught.value.diagnostics] == ["EMU551"]
    assert "gpt-14" in caught.value.diagnostics[0].message
