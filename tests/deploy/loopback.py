"""Servers on this machine: plain or TLS, each with its thread; what they answer; names that lead to them."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import trustme


class Loopback(ThreadingHTTPServer):
    """A server on a free port of 127.0.0.1."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def begin(self) -> None:
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class JsonHandler(BaseHTTPRequestHandler, ABC):
    """Answers every method with JSON, or cuts the connection; `handle_call` says which."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.handle_call(self.command)

    do_PUT = do_PATCH = do_POST = do_DELETE = do_GET

    @abstractmethod
    def handle_call(self, method: str) -> None:
        """Answers the call that was read: by `send`, or by `cut`."""

    def cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):  # the other side may be gone
            self.connection.shutdown(2)

    def send(self, status: int, answer: dict[str, Any] | None, headers: dict[str, str] | None = None) -> None:
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def send_html(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def tls_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """What a server needs to prove that it has these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def lead(monkeypatch: pytest.MonkeyPatch, host: str, port: int) -> None:
    """Makes a host name lead to a port of this machine."""
    original: Callable[..., Any] = socket.getaddrinfo

    def found(name: object, service: object, *words: object, **more: object) -> object:
        place = ("127.0.0.1", port) if name == host else (name, service)
        return original(*place, *words, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)
