from __future__ import annotations

from gatewright.harness.cache import MAX_VALUE_BYTES, ValueCache


def test_a_value_lives_for_its_time() -> None:
    cache: ValueCache[str] = ValueCache()
    assert cache.put("k", "v", 1, 60, now=0)
    assert cache.get("k", 59.9) == "v"
    assert cache.get("k", 60) is None


def test_a_value_above_two_mebibytes_is_not_kept_and_replaces_nothing_stale() -> None:
    cache: ValueCache[str] = ValueCache()
    cache.put("k", "old", 3, 60, now=0)
    assert not cache.put("k", "new", MAX_VALUE_BYTES + 1, 60, now=0)
    assert cache.get("k", 0) is None
    assert cache.put("k", "new", MAX_VALUE_BYTES, 60, now=0)


def test_the_value_unused_longest_goes_first() -> None:
    cache: ValueCache[str] = ValueCache(max_total_bytes=10)
    for key in ("a", "b"):
        cache.put(key, key, 5, 60, now=0)
    cache.get("a", 1)
    cache.put("c", "c", 5, 60, now=2)
    assert [cache.get(key, 3) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_removing_says_whether_something_was_there() -> None:
    cache: ValueCache[str] = ValueCache()
    cache.put("k", "v", 1, 60, now=0)
    assert cache.remove("k")
    assert not cache.remove("k")
