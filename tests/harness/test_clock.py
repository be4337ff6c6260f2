from __future__ import annotations

from datetime import timedelta

from gatewright.harness.clock import ManualClock, SystemClock


async def test_waiting_on_a_manual_clock_moves_it_and_takes_no_time() -> None:
    clock = ManualClock()
    start, before = clock.now(), clock.monotonic()
    await clock.sleep(3600)
    assert clock.now() - start == timedelta(hours=1)
    assert clock.monotonic() - before == 3600
    assert clock.waits == [3600]


async def test_the_system_clock_is_aware_and_never_goes_back() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() >= before
