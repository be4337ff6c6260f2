"""What is private to mitmproxy is where we expect it, in the installed version."""

from __future__ import annotations

import inspect
import json
from importlib.metadata import version

import mitmproxy.proxy.layers.http._http1 as http1_layer
import pytest
from mitmproxy import flow, http
from mitmproxy.connection import ConnectionState
from mitmproxy.master import Master
from mitmproxy.test import tflow

from proxy_addon import compat
from proxy_addon.compat.replacing import replace


async def test_the_options_are_hardened_and_ten_silent_minutes_survive() -> None:
    master = Master(compat.options(host="::1", port=0, confdir="/nonexistent"))
    compat.load(master)
    compat.harden(master.options, body_limit=2048, idle_seconds=1800, upstream_ca=None)
    options = master.options
    assert options.mode == ["reverse:http://127.0.0.1:9@[::1]:0"]
    assert options.connection_strategy == "lazy"
    assert (options.http2, options.http3, options.rawtcp, options.ssl_insecure) == (
        False,
        False,
        False,
        False,
    )
    assert options.validate_inbound_headers
    assert options.tls_version_server_min == "TLS1_2"
    assert options.body_size_limit == "2048"
    assert compat.idle_seconds(options) == 1800
    assert "onboarding" not in options  # the add-ons that serve pages are not loaded
    assert "block_global" not in options
    assert compat.listen_address(master) is None
    assert compat.unsent_bytes(master) == 0


def test_the_idle_time_is_an_option_since_12() -> None:
    from mitmproxy.options import Options
    from mitmproxy.proxy import server

    new = int(version("mitmproxy").split(".")[0]) >= 12
    assert ("tcp_timeout" in Options()) is new
    assert hasattr(server, "TCP_TIMEOUT") is not new


def test_the_error_page_is_made_by_one_function_of_two_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(inspect.signature(http1_layer.make_error_response).parameters) == ["status_code", "message"]
    monkeypatch.setattr(http1_layer, "make_error_response", http1_layer.make_error_response)
    compat.install_error_bodies()
    raw = http1_layer.make_error_response(502, "connect to 10.0.0.7 failed")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert json.loads(body)["error"]["code"] == "upstream-failed"
    assert b"10.0.0.7" not in raw
    assert b"server:" not in head.lower()


@pytest.mark.parametrize(
    ("status", "slug"), [(400, b"bad-request"), (413, b"body-too-large"), (502, b"upstream-failed")]
)
def test_each_status_has_its_fault(status: int, slug: bytes) -> None:
    raw = compat.error_response(status)
    assert raw.startswith(b"HTTP/1.1 %d " % status)
    assert b"x-gatewright-fault: " + slug in raw


def test_a_client_that_closed_its_side_is_gone() -> None:
    one = tflow.tflow()
    one.client_conn.state = ConnectionState.OPEN
    assert not compat.client_gone(one)
    one.client_conn.state = ConnectionState.CAN_WRITE
    assert compat.client_gone(one)


def test_the_body_limit_is_told_by_its_message() -> None:
    one = tflow.tflow()
    assert not compat.request_too_large(one)
    one.error = flow.Error("Request body exceeds mitmproxy's body_size_limit.")
    assert compat.request_too_large(one)


def test_an_old_parser_may_serve_loopback_only() -> None:
    assert compat.loopback_only() is (version("mitmproxy").startswith("11."))


def test_repeated_header_fields_are_kept_apart() -> None:
    headers = http.Headers([(b"a", b"1"), (b"A", b"2")])
    assert compat.fields(headers) == (("a", "1"), ("A", "2"))


def test_a_directed_request_says_so_by_its_public_properties() -> None:
    one = tflow.tflow().request
    one.authority = "evil.example"
    head = ((b"host", b"a.example:8443"), (b"content-length", b"2"))
    compat.direct(one, ("https", "a.example", 8443), "/p?q", head, b"{}")
    assert (one.url, one.authority, one.host_header) == ("https://a.example:8443/p?q", "", "a.example:8443")
    assert (one.headers.fields, one.raw_content, one.trailers) == (head, b"{}", None)


def test_a_member_that_mitmproxy_no_longer_has_is_not_put_there_unnoticed() -> None:
    with pytest.raises(AttributeError, match="no_such_member"):
        replace(http.Headers, "no_such_member", None)
    assert not hasattr(http.Headers, "no_such_member")
