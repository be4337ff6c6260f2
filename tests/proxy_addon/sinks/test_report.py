"""What the sinks add to `/metrics`."""

from __future__ import annotations

from proxy_addon.sinks import report
from proxy_addon.sinks.shipper import Status

STATUSES = (
    Status("azure-monitor", 10, 2, 5, 1, "HTTP 503", 4096, ("colour",)),
    Status("jsonl", 11),
)


def test_each_sink_has_its_sample() -> None:
    shown = [report.lag(STATUSES), report.taken(STATUSES), report.failing(STATUSES)]
    assert [[(s.labels["sink"], s.value) for s in samples] for samples in shown] == [
        [("azure-monitor", 4096), ("jsonl", 0)],
        [("azure-monitor", 10), ("jsonl", 11)],
        [("azure-monitor", 1), ("jsonl", 0)],
    ]


def test_families_have_distinct_names_and_no_text_of_a_receiver() -> None:
    families = {family.name: [s.value for s in family.samples] for family in report.families(STATUSES)}
    assert families == {
        "sink_retries_total": [5, 0],
        "sink_dead_letters_total": [1, 0],
        "sink_unknown_fields": [1, 0],
    }
    assert "503" not in str(list(report.families(STATUSES)))
