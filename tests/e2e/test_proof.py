"""A gateway that proves itself to the proxy by a token of its identity or a certificate, not by a secret."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from gatewright.estate import load
from gatewright.harness.local import LocalGateway, LocalOptions
from gatewright.harness.replay import settled
from generator.build import write
from generator.generate import generate

pytestmark = pytest.mark.e2e

ASK = {"messages": [{"role": "user", "content": "Name three fruits."}]}
CHAT = "/openai/deployments/chat/chat/completions?api-version=2024-10-21"


CERTIFICATE = f"proxyCertificate: {{keyVaultCertificate: proxy, thumbprints: [{'ab' * 32}]}}"
AUDIENCE = "proxyAudience: api://metering-proxy"


@pytest.mark.parametrize("proof", [AUDIENCE, CERTIFICATE, f"{AUDIENCE}\n{CERTIFICATE}"])
async def test_the_proof_s_stand_in_proves_the_local_gateway(root: Path, tmp_path: Path, proof: str) -> None:
    config = shutil.copytree(root / "config", tmp_path / "config")
    with (config / "gateway.yaml").open("a") as file:
        file.write(f"\n{proof}\n")
    build = tmp_path / "build" / "dev"
    write(generate(load(config, "dev"), templates=root / "policies", version="test"), build)
    async with LocalGateway(build, LocalOptions(runs=tmp_path)) as local:
        async with httpx.AsyncClient(trust_env=False) as client:
            headers = {local.key_header: local.ready.keys["retail-search"], "x-gatewright-proof": "mine"}
            headers["X-Forwarded-Client-Cert"] = f"Hash={'ab' * 32}"
            answer = await client.post(local.ready.gateway + CHAT, json=ASK, headers=headers)
        records = await settled(local, local.outcomes.values())
    assert answer.status_code == 200
    assert [(record.tenant, record.usage_source.value) for record in records] == [
        ("retail-search", "reported")
    ]
