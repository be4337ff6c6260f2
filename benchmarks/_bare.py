"""The peer: mitmproxy with four add-ons and a callback that passes every body on, and nothing else.

`python -m benchmarks._bare PORT UPSTREAM`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys

from mitmproxy.addons import core, next_layer, proxyserver, tlsconfig
from mitmproxy.http import HTTPFlow
from mitmproxy.master import Master
from mitmproxy.options import Options


class PassOn:
    """Streams every answer through a callable."""

    def responseheaders(self, flow: HTTPFlow) -> None:
        if flow.response is not None:
            flow.response.stream = _same


def _same(data: bytes) -> bytes:
    return data


async def _serve(port: int, upstream: str) -> None:
    options = Options(mode=[f"reverse:{upstream}@127.0.0.1:{port}"])
    master = Master(options)
    logging.getLogger().setLevel(logging.ERROR)
    master.addons.add(
        core.Core(), proxyserver.Proxyserver(), next_layer.NextLayer(), tlsconfig.TlsConfig(), PassOn()
    )
    options.update(connection_strategy="lazy", http2=False)
    gc.collect()
    gc.freeze()
    await master.run()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
