"""The routes file: what is read, and what is refused with code and place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.diagnostics import Rejected
from proxy_addon.routes import Endpoint, StreamUsage, load, read

GOOD: dict[str, object] = {
    "endpoint": "https://contoso-eu.openai.azure.com",
    "deployment": "gpt-41-ptu",
    "region": "swedencentral",
    "provider": "azure.ai.openai",
    "models": ["chat"],
}


def text(route: dict[str, object] | None = None, **more: object) -> str:
    whole = {"version": 1, "routes": {"gw-a": GOOD if route is None else route}}
    return json.dumps(whole | {"allowedHostSuffixes": [".openai.azure.com"]} | more)


def codes(document: str, *, allow_loopback: bool = False) -> list[str]:
    with pytest.raises(Rejected) as caught:
        read(document, "routes.json", allow_loopback=allow_loopback)
    assert all(fault.span and fault.span.line for fault in caught.value.diagnostics)
    return [fault.code for fault in caught.value.diagnostics]


def test_the_model_behind_a_deployment_may_be_said() -> None:
    said = read(text(GOOD | {"model": "gpt-4.1"}), "r", allow_loopback=False)
    assert (said.routes["gw-a"].model, read(text(), "r", allow_loopback=False).routes["gw-a"].model) == (
        "gpt-4.1",
        None,
    )
    assert codes(text(GOOD | {"model": ""})) == ["PRX603"]


def test_a_table_is_read() -> None:
    table = read(text(tenants={"a-one": {"streamUsage": "off"}, "b-one": {}}), "r", allow_loopback=False)
    assert table.routes["gw-a"].endpoint == Endpoint("https", "contoso-eu.openai.azure.com", 443)
    assert table.usage_of("a-one") is StreamUsage.OFF
    assert table.usage_of("b-one") is table.usage_of("unknown") is StreamUsage.HIDDEN


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        ("https://evil.example", "PRX605"),
        ("https://openai.azure.com", "PRX605"),
        ("https://evilopenai.azure.com", "PRX605"),
        ("https://x.openai.azure.com.evil.example", "PRX605"),
        ("http://x.openai.azure.com", "PRX605"),
        ("http://127.0.0.1:9", "PRX605"),
        ("https://<endpoint.sweden>", "PRX606"),
        ("https://user@x.openai.azure.com", "PRX603"),
        ("https://evil.example\\@x.openai.azure.com", "PRX603"),
        ("https://x.openai.azure.com/path", "PRX603"),
        ("https://x.openai.azure.com?q", "PRX603"),
        ("https://x.openai.azure.com:port", "PRX603"),
        ("https://é.openai.azure.com", "PRX603"),
        ("ftp://x.openai.azure.com", "PRX603"),
        ("", "PRX603"),
        (7, "PRX603"),
    ],
)
def test_an_endpoint_outside_the_allow_list_is_refused(endpoint: object, code: str) -> None:
    assert codes(text(GOOD | {"endpoint": endpoint})) == [code]


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "http://localhost:80", "http://[::1]:81"])
def test_loopback_is_allowed_on_request_only(endpoint: str) -> None:
    table = read(text(GOOD | {"endpoint": endpoint}), "r", allow_loopback=True)
    assert table.routes["gw-a"].endpoint.scheme == "http"
    assert codes(text(GOOD | {"endpoint": endpoint})) == ["PRX605"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{", ["PRX602"]),
        ("[" * 100_000, ["PRX602"]),
        ("[" * 700 + "]" * 700, ["CFG103"]),
        ("[]", ["PRX603"]),
        ('{"version": 1, "version": 1}', ["CFG102"]),
        (text(version=2), ["PRX604"]),
        (text(extra=1), ["PRX603"]),
        (text(GOOD | {"deploymnt": "x"}), ["PRX603"]),
        (text({key: value for key, value in GOOD.items() if key != "region"}), ["PRX603"]),
        (text(GOOD | {"deployment": "a/b"}), ["PRX603"]),
        (text(GOOD | {"deployment": "<d>"}), ["PRX606"]),
        (text(GOOD | {"models": []}), ["PRX603"]),
        (text(allowedHostSuffixes=[".azure.com"]), ["PRX603", "PRX605"]),
        (text(allowedHostSuffixes=["openai.azure.com"]), ["PRX603", "PRX605"]),
        (text(tenants={"a-one": {"streamUsage": "maybe"}}), ["PRX603"]),
        (text(routes={"../x": GOOD}), ["PRX603"]),
    ],
)
def test_a_wrong_shape_is_refused(document: str, expected: list[str]) -> None:
    assert codes(document) == expected


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        load(tmp_path / "none.json", allow_loopback=False)
    assert [fault.code for fault in caught.value.diagnostics] == ["PRX601"]


@pytest.mark.parametrize(
    ("endpoint", "authority"),
    [
        (Endpoint("https", "a.openai.azure.com", 443), "a.openai.azure.com"),
        (Endpoint("https", "a.openai.azure.com", 8443), "a.openai.azure.com:8443"),
        (Endpoint("http", "::1", 81), "[::1]:81"),
    ],
)
def test_the_authority_names_a_port_that_is_not_the_usual_one(endpoint: Endpoint, authority: str) -> None:
    assert endpoint.authority == authority
