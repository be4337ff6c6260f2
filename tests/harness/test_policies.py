"""The cases of each element: `cases/<element>.yaml`, run through a whole gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import yaml

import gatewright.harness.policies
from gatewright.diagnostics import Rejected

CASES = Path(__file__).with_name("cases")
GIVEN = ("product", "world", "operation", "tier", "fragments", "named_values")
SECTIONS = ("inbound", "backend", "outbound", "on-error")


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{file.stem}: {case['case']}")


def test_every_runner_has_cases_and_every_case_file_a_runner() -> None:
    folder = Path(gatewright.harness.policies.__file__).parent
    runners = {file.stem.replace("_", "-") for file in folder.glob("*.py")} - {"--init--"}
    assert {file.stem for file in CASES.glob("*.yaml")} == runners


@pytest.mark.parametrize("case", list(cases()))
async def test_case(case: dict[str, Any], em: ModuleType, tmp_path: Path) -> None:
    assert case["source"]
    given, then = case.get("given", {}), case["then"]
    sections = {name: given[name] for name in SECTIONS if name in given}
    sections["inbound"] = f'<set-backend-service backend-id="{given.get("target", "one")}" />' + sections.get(
        "inbound", ""
    )
    extra = {name: given[name] for name in GIVEN if name in given}
    em.build(tmp_path, sections, backends=backends(em, given), **extra)
    answers = [answer(item) for item in given.get("answers", [])]
    if "refused" in then:
        with pytest.raises(Rejected) as caught:
            em.start(tmp_path, answers)
        assert [item.code for item in caught.value.diagnostics] == then["refused"]
        assert all(item.span and item.span.line for item in caught.value.diagnostics)
        if "mentions" in then:
            assert then["mentions"] in str(caught.value)
        return
    gateway = em.start(tmp_path, answers, without=frozenset(given.get("without", [])))
    steps = case.get("when", [{}])
    expected = then if isinstance(then, list) else [then]
    requests = [step for step in steps if "advance" not in step]
    assert len(requests) == len(expected)
    results = iter(expected)
    for step in steps:
        if "advance" in step:
            gateway.clock.advance(step["advance"])
            continue
        gateway.script.seen.clear()
        gateway.clock.waits.clear()
        response = await send(em, gateway.client, step)
        outcome = gateway.outcomes[-1].to_json()
        result = next(results)
        check(response, outcome, result)
        check_sent(gateway.script.seen, gateway.clock.waits, result)


def backends(em: ModuleType, given: Mapping[str, Any]) -> list[dict[str, object]]:
    names = given.get("backends", {"one": None})
    made = [em.single(name, None if rule is None else em.breaker(**rule)) for name, rule in names.items()]
    return made + [em.pool(name, *map(tuple, members)) for name, members in given.get("pools", {}).items()]


def answer(item: Mapping[str, Any] | str) -> httpx.Response | str:
    if isinstance(item, str):
        return item
    body = item.get("body", "")
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/event-stream" if text.startswith("data:") else "application/json"
    headers = {"Content-Type": kind} | item.get("headers", {})
    return httpx.Response(item.get("status", 200), headers=headers, content=text.encode())


async def send(em: ModuleType, client: httpx.AsyncClient, step: Mapping[str, Any]) -> httpx.Response:
    body = step.get("body", {})
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {"api-key": em.KEY, **step.get("headers", {})}
    request = client.build_request(
        step.get("method", "POST"),
        step.get("path", em.CHAT),
        content=content.encode() or None,
        headers=headers,
    )
    return await client.send(request)


def check(response: httpx.Response, outcome: Mapping[str, object], then: Mapping[str, Any]) -> None:
    known = {"status", "body", "headers", "sent", "calls", "waits", "outcome"}
    assert set(then) <= known, set(then) - known
    assert response.status_code == then.get("status", 200), (response.text, outcome)
    if "body" in then:
        body = then["body"]
        assert (response.text if isinstance(body, str) else response.json()) == body
    expect_headers(response.headers, then.get("headers", {}))
    for name, value in then.get("outcome", {}).items():
        assert outcome[name] == value, name


def check_sent(seen: Sequence[httpx.Request], waits: Sequence[float], then: Mapping[str, Any]) -> None:
    if "calls" in then:
        assert [request.url.host.partition(".")[0] for request in seen] == then["calls"]
    if "waits" in then:
        assert waits == then["waits"]
    if "sent" in then:
        expect_sent(seen[-1], then["sent"])


def expect_headers(headers: httpx.Headers, expected: Mapping[str, str | None]) -> None:
    for name, value in expected.items():
        assert headers.get(name) == value, name


def expect_sent(request: httpx.Request, expected: Mapping[str, Any]) -> None:
    assert set(expected) <= {"method", "path", "body", "headers"}
    if "method" in expected:
        assert request.method == expected["method"]
    if "path" in expected:
        assert request.url.raw_path.decode() == expected["path"]
    if "body" in expected:
        assert request.content.decode() == expected["body"]
    expect_headers(request.headers, expected.get("headers", {}))
