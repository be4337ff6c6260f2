"""How the local gateway reaches the local proxy: the proxy's host name becomes a port on loopback."""

from __future__ import annotations

import httpx

PROXY_HOST = "proxy.gatewright.invalid"


class LoopbackTransport(httpx.AsyncBaseTransport):
    """Sends `https://proxy.gatewright.invalid/…` to the proxy's port without TLS, everything else as it is.

    The name cannot be resolved (RFC 6761), so that a request that misses the port goes nowhere.
    """

    def __init__(self, proxy_url: str) -> None:
        self._target = httpx.URL(proxy_url)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        self._inner = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request."""
        if request.url.host == PROXY_HOST:
            target = request.url.copy_with(scheme="http", host=self._target.host, port=self._target.port)
            request = httpx.Request(
                request.method,
                target,
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()
