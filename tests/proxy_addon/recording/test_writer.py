"""What is written of an exchange, and what happens when that fails."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatewright.metering.recorded import meter
from gatewright.recordings import REDACTED, read_har
from proxy_addon.clock import SystemClock
from proxy_addon.recording.folder import Folder
from proxy_addon.recording.options import Options
from proxy_addon.recording.recorder import Taken
from proxy_addon.recording.writer import Writer, redacted

BODY = b'{"messages":[{"role":"user","content":"our secret plan"}],"model":"chat"}'
EVENT = b'data: {"model":"gpt-4.1","choices":[{"index":0,"delta":{"content":"my answer"}}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\n'


def taken(parts: list[tuple[float, bytes]] | None = None, *more: tuple[str, str]) -> Taken:
    found = Taken(
        "5b0d2c2e-0000-4000-8000-000000000001",
        "retail-search",
        "POST",
        "https://a.openai.azure.com/openai/deployments/chat/chat/completions?api-version=1&mine=kept-out",
        (("authorization", "Bearer abc"), ("x-employee", "jane.doe@example.org"), ("accept", "*/*")),
        BODY,
        datetime(2026, 11, 25, tzinfo=UTC),
        5.0,
        status=200,
        answer_headers=(("content-type", "text/event-stream"), ("set-cookie", "s=1"), *more),
        parts=parts or [(100.0, EVENT + USAGE[:9]), (200.0, USAGE[9:] + b"data: [DONE]\n\n")],
        duration_ms=201.0,
    )
    found.size = 1000
    return found


def make(path: Path, keep: bool = True, seconds: float = 60.0) -> Writer:
    options = Options(path, 1.0, frozenset(), keep, "har", 7, 1 << 30, 1 << 20)
    return Writer(options, Folder(path, "r-1", "har", 7, 1 << 30), SystemClock(), seconds)


def test_prompts_kept_or_hashed_the_usage_and_the_times_stay() -> None:
    for key, chunks in ((None, [100.0, 200.0]), (b"k" * 32, [100.0, 200.0])):
        found = redacted(taken(), key)
        assert found is not None
        record = meter(found)
        assert (record.usage.input_tokens, record.usage.output_tokens, record.tenant) == (
            7,
            3,
            "retail-search",
        )
        assert [time for time, _ in found.chunks] == chunks
        assert b"".join(data for _, data in found.chunks) == found.response_body
        text = f"{found!r}"
        assert ("our secret plan" in text, "my answer" in text, found.hashed) == (
            (True, True, False) if key is None else (False, False, True)
        )


def test_credentials_and_values_of_unknown_names_are_not_written() -> None:
    found = redacted(taken(None, ("x-custom", "jane.doe"), ("x-ratelimit-remaining-tokens", "7")), None)
    assert found is not None
    assert "abc" not in repr(found.request_headers)
    assert "jane" not in repr(found)
    assert "kept-out" not in repr(found)
    assert found.url.endswith(f"?api-version=1&mine={REDACTED}")
    assert ("accept", "*/*") in found.request_headers
    assert ("x-ratelimit-remaining-tokens", "7") in found.response_headers


def test_a_compressed_body_is_written_as_it_reads_and_one_that_cannot_be_read_is_not() -> None:
    data = gzip.compress(EVENT)
    found = redacted(taken([(1.0, data[:20]), (2.0, data[20:])], ("content-encoding", "gzip")), None)
    assert found is not None
    assert found.response_body == EVENT
    assert redacted(taken([(1.0, b"\x0b\x02\x80")], ("content-encoding", "br")), None) is None
    assert redacted(taken([(1.0, zlib.compress(EVENT))], ("content-encoding", "gzip")), None) is None


def test_what_is_held_at_the_end_is_written(tmp_path: Path) -> None:
    writer = make(tmp_path / "new" / "rec")
    writer.start()
    for _ in range(3):
        writer.recorder._took += 1000
        writer.recorder._keep(taken())
    assert writer.stop(10)
    [file] = (tmp_path / "new" / "rec").iterdir()
    assert len(read_har(file)) == 3
    assert json.loads(file.read_text())["log"]["entries"][0]["_requestId"].startswith("5b0d2c2e-")
    assert (writer.recorder.counts["written"], writer.recorder.held, writer.failure) == (3, 0, None)


def test_a_disk_that_fails_is_counted_and_when_it_works_again_so_does_the_recorder(
    tmp_path: Path, wait: Callable[[Callable[[], bool]], None], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "rec").write_text("a file stands here")
    writer = make(tmp_path / "rec", seconds=0.02)
    counts = writer.recorder.counts
    writer.start()
    writer.recorder._keep(taken())
    wait(lambda: counts["not_written"] == 1)
    assert writer.failure is not None
    assert [
        family.samples[0].value for family in writer.families() if family.name == "recordings_failing"
    ] == [1]
    (tmp_path / "rec").unlink()
    (tmp_path / "rec").mkdir()
    writer.recorder._keep(taken())
    wait(lambda: counts["written"] == 1)
    assert writer.stop(10)
    assert writer.failure is None
    assert len([line for line in caplog.messages if "recordings:" in line]) == 1


def test_nothing_that_was_written_stands_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    writer = make(tmp_path / "rec")
    writer.start()
    broken = taken()
    broken.parts = [(1.0, "our secret plan")]  # type: ignore[list-item]
    writer.recorder._keep(broken)
    assert writer.stop(10)
    assert writer.recorder.counts["encoded"] == 1
    assert "secret plan" not in caplog.text
    assert "recording an exchange failed" in caplog.text
