from __future__ import annotations

import httpx
import pytest

from gatewright.diagnostics import Rejected
from gatewright.harness import server
from gatewright.harness.server import HttpServer
from gatewright.harness.upstreams.simulated import Simulator


def test_port_in_use_is_named_with_a_way_out() -> None:
    taken = server.bind("127.0.0.1", 0)
    try:
        with pytest.raises(Rejected) as caught:
            server.bind("127.0.0.1", server.port_of(taken))
    finally:
        taken.close()
    [fault] = caught.value.diagnostics
    assert fault.code == "EMU560"
    assert "--port 0" in (fault.hint or "")
    assert caught.value.unreadable


def test_host_that_is_none_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        server.bind("no such host", 0)
    assert caught.value.diagnostics[0].code == "EMU560"


async def test_server_accepts_once_started_and_frees_its_port() -> None:
    listener = server.bind("127.0.0.1", 0)
    port = server.port_of(listener)
    running = HttpServer(Simulator(), [listener])
    await running.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/", headers={"api-key": "x"})
    await running.stop()
    assert answer.status_code == 404
    server.bind("127.0.0.1", port).close()
