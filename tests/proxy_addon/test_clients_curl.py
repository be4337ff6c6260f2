"""curl through the real process: HTTP/1.0 and 1.1, bodies of many sizes, whole or in chunks."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy_addon.clients import VERSION, Bench, Point, bench
from tests.proxy_addon.service import WORDS

pytestmark = pytest.mark.e2e

SIZES = {"1.9 MB": 1_900_000, "2.1 MB": 2_100_000, "25 MB": 25_000_000}
EXPECT, CHUNKED = "Expect: 100-continue", "Transfer-Encoding: chunked"
WAYS: dict[str, list[str]] = {
    "at once": ["--http1.1", "-H", "Expect:"],
    "asked for first": ["--http1.1", "-H", EXPECT],
    "in chunks": ["--http1.1", "-H", CHUNKED, "-H", "Expect:"],
    "in chunks, asked for first": ["--http1.1", "-H", CHUNKED, "-H", EXPECT],
    "HTTP/1.0": ["--http1.0"],
}


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("clients")) as found:
        yield found


def curl(point: Point, body: Path, *flags: str) -> tuple[int, bytes]:
    """Status and body of one call."""
    url = f"{point.url}/openai/deployments/{point.model}/chat/completions?api-version={VERSION}"
    headers = [part for name, value in point.headers.items() for part in ("-H", f"{name}: {value}")]
    # With a file for the status, nothing stands between the answer's bytes.
    status = body.with_suffix(".status")
    command = ["curl", "-sS", "-N", "--noproxy", "*", "--max-time", "60", *flags, *headers]
    command += ["-H", "content-type: application/json", "--data-binary", f"@{body}", "-D", str(status), url]
    done = subprocess.run(command, capture_output=True, check=True)
    lines = [line for line in status.read_text().splitlines() if line.startswith("HTTP/")]
    return int(lines[-1].split(" ")[1]), done.stdout


def asked(file: Path, size: int, **more: object) -> Path:
    """A file with a request's body of exactly so many bytes."""
    text = json.dumps({"messages": [{"role": "user", "content": "@"}], **more})
    file.write_text(text.replace("@", "x" * (size - len(text) + 1)))
    assert file.stat().st_size == size
    return file


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", SIZES)
async def test_a_large_body_arrives_whole(on: Bench, tmp_path: Path, size: str, way: str) -> None:
    body = asked(tmp_path / "body", SIZES[size])
    direct, through = on.direct(), on.through()
    expected = curl(direct, body, *WAYS["at once"])
    assert expected[0] == 200
    assert curl(through, body, *WAYS[way]) == expected
    digest = hashlib.sha256(body.read_bytes()).hexdigest()
    assert on.service.bodies[direct.call] == on.service.bodies[through.call] == digest
    assert ((await on.record(through.call)).usage.input_tokens or 0) > SIZES[size] - 100


@pytest.mark.parametrize("way", WAYS)
async def test_a_stream_comes_as_the_service_sends_it(on: Bench, tmp_path: Path, way: str) -> None:
    body = asked(tmp_path / "body", 2_100_000, stream=True)
    expected = curl(on.direct(), body, *WAYS["at once"])
    point = on.through()
    assert curl(point, body, *WAYS[way]) == expected
    assert expected[1].count(b"data: ") == len(WORDS) + 3
    assert b"prompt_tokens" not in expected[1]
    assert (await on.record(point.call)).stream
