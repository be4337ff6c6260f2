"""What Azure answers: throttling, conflicts, refusals, long-running calls, pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatewright.deploy.entities import LOCK
from gatewright.diagnostics import Rejected
from tests.deploy.conftest import Deployer, codes
from tests.deploy.fake_arm import Options
from tests.deploy.fake_arm.server import SAID, SERVICE


def failing(status: int, times: int) -> Options:
    left = [times]

    def fail(method: str, path: str) -> int | None:
        if method == "PUT" and path.startswith("backends/") and left[0] > 0:
            left[0] -= 1
            return status
        return None

    return Options(fail=fail)


def test_throttling_is_waited_out(deployer: Deployer) -> None:
    deployer.arm.options = failing(429, 3)
    deployer.retries = 5
    deployer.deploy()
    assert deployer.plan().writes == ()
    assert [status for *_, status in deployer.arm.calls].count(429) == 3


def test_throttling_is_waited_out_as_long_as_azure_asks(
    deployer: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    deployer.arm.options = failing(429, 2)
    deployer.arm.options.retry_after, deployer.retries = "17", 5
    deployer.deploy()
    assert [seconds for seconds in slept if seconds] == [17, 17]


def test_another_operation_in_progress_is_waited_out(deployer: Deployer) -> None:
    deployer.arm.options = failing(409, 2)
    deployer.deploy()
    assert deployer.slept == [1.0, 2.0]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (409, "DEP820", "409 Conflict: Another operation is in progress on the service."),
        (429, "DEP822", "429 TooManyRequests: Too many requests. Please retry."),
        (403, "DEP821", "403 AuthorizationFailed: The client does not have authorization"),
        (503, "DEP820", "503 ServiceUnavailable: The service is unavailable."),
    ],
)
def test_a_refusal_speaks_in_azures_words(deployer: Deployer, status: int, code: str, words: str) -> None:
    deployer.arm.options = failing(status, 10_000)
    with pytest.raises(Rejected) as caught:
        deployer.deploy()
    assert codes(caught.value) == [code]
    assert caught.value.diagnostics[0].message.startswith("PUT backends/gw-")
    assert words in caught.value.diagnostics[0].message
    assert deployer.arm.store.entities[LOCK.path]["tags"][1] == "free"


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("accepted", "PUT namedValues/gw-deploy-lock: 202 Accepted"),
        ("failed", "ValidationError: One or more fields contain incorrect values"),
    ],
)
def test_an_odd_or_failed_long_running_write_is_a_fault(deployer: Deployer, shape: str, words: str) -> None:
    deployer.arm.options.shape = shape
    with pytest.raises(Rejected) as caught:
        deployer.deploy()
    assert codes(caught.value) == ["DEP826"]
    assert words in caught.value.diagnostics[0].message


def test_a_long_running_deletion_is_waited_for(deployer: Deployer) -> None:
    deployer.deploy()
    old = {**deployer.arm.store.entities["apis/gw-openai"], "path": "old"}
    deployer.arm.store.put("apis/gw-old", old)
    deployer.arm.forget()
    assert [step.key.path for step in deployer.deploy(prune=True).written] == ["apis/gw-old"]
    polls = [
        status for _, path, status in deployer.arm.calls if path.endswith("/apis/gw-old") and "polls" in path
    ]
    assert polls == [202, 204]
    assert "apis/gw-old" not in deployer.arm.store.entities


def test_lists_are_read_page_after_page(deployer: Deployer) -> None:
    deployer.arm.options.page_size = 2
    deployer.deploy()
    assert deployer.plan().writes == ()
    assert any(path == "backends" for _, path, _ in deployer.arm.calls)


def test_the_wrong_service_is_named(deployer: Deployer) -> None:
    service = deployer.service()
    with pytest.raises(Rejected) as caught:
        replace(service, target=replace(service.target, service="another")).check()
    assert codes(caught.value) == ["DEP824"]
    assert SERVICE.rpartition("/")[0] in caught.value.diagnostics[0].message
    service.check()


PAGE = "<html><head><title>Sign in to\n the network</title></head></html>"
GATEWAY_PAGE = "<html><body>Bad gateway</body></html>"


@pytest.mark.parametrize(
    ("method", "start"),
    [
        ("GET", "products"),
        ("GET", "policyFragments/"),
        ("PUT", "backends/"),
        ("PUT", "namedValues/gw-user"),
        ("POST", "subscriptions/"),
    ],
)
@pytest.mark.parametrize("status", [200, 403, 404, 409, 502])
def test_what_a_proxy_answers_in_azures_place_is_told_apart(
    keyed: Deployer, method: str, start: str, status: int
) -> None:
    """A 404 of a proxy, above all, does not mean that an entity is not there."""
    answer = (status, PAGE if status != 502 else GATEWAY_PAGE)
    keyed.arm.options.stranger = lambda verb, path: (
        answer if verb == method and path.startswith(start) else None
    )
    with pytest.raises(Rejected) as caught:
        keyed.deploy()
    assert codes(caught.value)[:1] == ["DEP826"]
    found = caught.value.diagnostics[0]
    assert found.message.startswith(f"{method} {start[:8]}")
    said = "'Sign in to the network'" if status != 502 else "Bad gateway"
    assert f": {status} " in found.message
    assert said in found.message
    assert "proxy" in str(found.hint)


@pytest.mark.parametrize(
    "page", ['{"value": null}', '{"value": 1}', '{"value": [1]}', '{"value": {"a": 1}}', "{}"]
)
@pytest.mark.parametrize("start", ["backends", "products", "policyFragments", "subscriptions"])
def test_a_list_that_holds_none_is_a_fault(keyed: Deployer, start: str, page: str) -> None:
    keyed.deploy()
    keyed.arm.options.stranger = lambda verb, path: (
        (200, page) if verb == "GET" and path.rstrip("/") == start else None
    )
    with pytest.raises(Rejected) as caught:
        keyed.plan()
    assert codes(caught.value) == ["DEP826"]
    assert caught.value.diagnostics[0].message.startswith(f"GET {start}")


@pytest.mark.parametrize(
    ("status", "name", "words"),
    [
        (403, "RequestDisallowedByPolicy", "Azure Policy"),
        (403, "AuthorizationFailed", "API Management Service Contributor"),
        (409, "ScopeLocked", "az lock list"),
        (409, "ServiceLocked", "run the command again: it resumes"),
        (500, "InternalServerError", "run the command again later"),
    ],
)
def test_a_refusal_says_what_to_do_about_it(
    deployer: Deployer, monkeypatch: pytest.MonkeyPatch, status: int, name: str, words: str
) -> None:
    monkeypatch.setitem(SAID, status, (name, "As Azure says."))
    deployer.arm.options = failing(status, 10_000)
    with pytest.raises(Rejected) as caught:
        deployer.deploy()
    assert words in str(caught.value.diagnostics[0].hint)
