"""The fake is strict: a test that passes against it has sent what the contract admits."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.deploy.fake_arm import FakeArm, Options
from tests.deploy.fake_arm.contract import Contract
from tests.deploy.fake_arm.server import SERVICE

VERSION = "?api-version=2024-05-01"


def send(
    fake: FakeArm, path: str, properties: object, method: str = "PUT", **headers: str
) -> tuple[int, str]:
    body = None if properties is None else json.dumps({"properties": properties}).encode()
    request = urllib.request.Request(fake.url + SERVICE + path, data=body, method=method)
    for name, value in {"Authorization": "Bearer x", "Content-Type": "application/json", **headers}.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, fault.read().decode()


BACKEND = {"url": "https://example.org", "protocol": "http"}


@pytest.mark.parametrize(
    ("path", "properties", "words"),
    [
        (f"/backends/{'a' * 81}{VERSION}", BACKEND, "length"),
        (f"/backends/a{VERSION}", {**BACKEND, "urll": 1}, "urll"),
        (f"/backends/a{VERSION}", {**BACKEND, "protocol": "ftp"}, "ftp"),
        (f"/backends/a{VERSION}", {**BACKEND, "description": ""}, "description"),
        (f"/backends/a{VERSION}&x=1", BACKEND, "unknown query"),
        ("/backends/a", BACKEND, "api-version is missing"),
        ("/backends/a?api-version=2019-01-01", BACKEND, "none of"),
        (f"/products/a{VERSION}", {"state": "published"}, "displayName"),
        (
            f"/backends/a{VERSION}",
            {"type": "Pool", "pool": {"services": [{"id": "x", "weight": 500, "priority": 1}]}},
            "500",
        ),
        (
            f"/backends/a{VERSION}",
            {**BACKEND, "circuitBreaker": {"rules": [{"name": "a", "tripDuration": "1m"}]}},
            "1m",
        ),
        (f"/backendz/a{VERSION}", BACKEND, "no PUT"),
    ],
)
def test_what_the_contract_does_not_admit_is_refused(
    test_data: Path, contract: Contract, path: str, properties: object, words: str
) -> None:
    with FakeArm(Options(), contract) as fake:
        status, text = send(fake, path, properties)
        assert status == 400
        assert words in text
        assert send(fake, f"/backends/a{VERSION}", BACKEND)[0] == 201


@pytest.mark.parametrize(
    ("path", "properties", "status"),
    [
        ("/products/none/policies/policy", {"value": "<policies />"}, 404),
        ("/apis/none/operations/a", {"displayName": "a", "method": "GET", "urlTemplate": "/"}, 404),
        ("/subscriptions/a", {"displayName": "a", "scope": "/products/none"}, 400),
        ("/backends/a", {"type": "Pool", "pool": {"services": [{"id": f"{SERVICE}/backends/none"}]}}, 400),
        ("/backends/a", {"type": "Pool"}, 400),
        ("/policyFragments/a", {"value": "<fragment>{{none}}</fragment>"}, 400),
        ("/policies/policy", {"value": '<policies><include-fragment fragment-id="none" /></policies>'}, 400),
        ("/policies/policy", {"value": "<policies>"}, 400),
    ],
)
def test_references_must_exist(arm: FakeArm, path: str, properties: object, status: int) -> None:
    assert send(arm, path + VERSION, properties)[0] == status


def test_a_stale_etag_is_refused(arm: FakeArm) -> None:
    assert send(arm, f"/backends/a{VERSION}", BACKEND)[0] == 201
    assert send(arm, f"/backends/a{VERSION}", BACKEND, If_Match='"other"')[0] == 412
    assert send(arm, f"/backends/a{VERSION}", BACKEND, If_None_Match="*")[0] == 412
    assert send(arm, f"/backends/a{VERSION}", BACKEND, If_Match=arm.store.etags["backends/a"])[0] == 200


def test_who_does_not_say_who_he_is_is_refused(arm: FakeArm) -> None:
    assert send(arm, f"/backends/a{VERSION}", None, "GET", Authorization="")[0] == 401
