"""What proves to the metering proxy that a request comes from the gateway: secret, token, certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gatewright.diagnostics import Rejected
from generator.entities import bundle
from generator.parameters import parameters
from generator.plan import Plan, plan
from generator.render import render
from generator.templates import Templates
from tests.generator.estates import estate, xpath

FRAGMENT = "fragments/gw-attribution.xml"
AUDIENCE = "api://metering-proxy"
HEADER = "//set-header[@name='x-gatewright-proof']"


def planned(folder: Path, audience: str | None) -> Plan:
    return plan(estate(folder, gateway={"proxyAudience": audience}))


def given(found: Plan) -> object:
    values: Any = parameters(found)["parameters"]
    return values["proxyAudience"]


def fragment(found: Plan, templates: Path) -> etree._Element:
    return etree.fromstring(render(found, Templates(templates))[FRAGMENT].encode())


def test_the_secret_is_a_named_value_in_the_header(tmp_path: Path, templates: Path) -> None:
    found = planned(tmp_path, None)
    root = fragment(found, templates)
    assert xpath(root, f"string({HEADER}/value)") == "{{gw-proxy-proof}}"
    assert xpath(root, "count(//authentication-managed-identity)") == 0
    assert "gw-proxy-proof" in [value.id for value in bundle(found, version="test").named_values]
    assert given(found) == {"value": ""}


def test_a_token_for_the_proxy_takes_its_place(tmp_path: Path, templates: Path) -> None:
    """source: authentication-managed-identity-policy (2026-05-05), output-token-variable-name."""
    found = planned(tmp_path, AUDIENCE)
    root = fragment(found, templates)
    (policy,) = xpath(root, "//authentication-managed-identity")
    assert dict(policy.attrib) == {
        "resource": AUDIENCE,
        "client-id": "{{gw-apim-client-id}}",
        "output-token-variable-name": "gw-proxy-proof",
    }
    assert xpath(root, f"string({HEADER}/value)") == '@((string)context.Variables["gw-proxy-proof"])'
    after = policy.getnext()
    assert (after.tag, after.get("name")) == ("set-header", "x-gatewright-proof")
    assert "gw-proxy-proof" not in [value.id for value in bundle(found, version="test").named_values]
    assert given(found) == {"value": AUDIENCE}


CERTIFICATE = {"keyVaultCertificate": "proxy-client", "thumbprints": ["ab" * 32, ":".join(["CD"] * 32)]}


@pytest.mark.parametrize("audience", [None, AUDIENCE])
def test_a_certificate_takes_its_place_too(tmp_path: Path, templates: Path, audience: str | None) -> None:
    """source: authentication-certificate-policy (2026-08-18), certificate-id."""
    gateway = {"proxyAudience": audience, "proxyCertificate": CERTIFICATE}
    found = plan(estate(tmp_path, gateway=gateway))
    root = fragment(found, templates)
    (policy,) = xpath(root, "//authentication-certificate")
    assert dict(policy.attrib) == {"certificate-id": "gw-proxy-proof"}
    actions = xpath(root, f"{HEADER}/@exists-action")
    assert actions == (["override"] if audience else ["delete"])
    assert "{{gw-proxy-proof}}" not in etree.tostring(root, encoding="unicode")
    assert "gw-proxy-proof" not in [value.id for value in bundle(found, version="test").named_values]
    values: Any = parameters(found)["parameters"]
    assert values["proxyCertificate"] == {
        "value": {
            "id": "gw-proxy-proof",
            "keyVaultName": "proxy-client",
            "thumbprints": CERTIFICATE["thumbprints"],
        }
    }


@pytest.mark.parametrize("certificate", [None, CERTIFICATE])
def test_what_a_client_says_of_a_certificate_never_reaches_the_proxy(
    tmp_path: Path, templates: Path, certificate: object
) -> None:
    found = plan(estate(tmp_path, gateway={"proxyCertificate": certificate}))
    root = fragment(found, templates)
    (header,) = xpath(root, "//set-header[@name='X-Forwarded-Client-Cert']")
    assert header.get("exists-action") == "delete"
    after = [each.tag for each in header.itersiblings()]
    assert ("authentication-certificate" in after) == (certificate is not None)


@pytest.mark.parametrize(
    "thumbprints",
    [[], ["ab" * 20], ["ab" * 33], ["zz" * 32], ["ab" * 31 + "a\n"], ["@(1)"], ["${A}"], "ab" * 32, [None]],
)
def test_no_other_text_is_a_thumbprint(tmp_path: Path, thumbprints: object) -> None:
    with pytest.raises(Rejected, match="CFG"):
        plan(estate(tmp_path, gateway={"proxyCertificate": {**CERTIFICATE, "thumbprints": thumbprints}}))


@pytest.mark.parametrize(
    "audience", ["https://x", "api://", 'api://a" x="', "api://@(1)", "api://{{a}}", "x"]
)
def test_no_other_text_is_an_audience(tmp_path: Path, audience: str) -> None:
    with pytest.raises(Rejected, match="CFG115"):
        planned(tmp_path, audience)
