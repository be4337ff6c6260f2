"""What is admitted and what is sent: the client's bytes, but for the model and the request for usage."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.metering.apis import READERS
from gatewright.metering.attribution import Attribution
from gatewright.metering.operations import read_operation
from proxy_addon import faults
from proxy_addon.admission import OPERATIONS, Admitted, Head, Prepared, admit, prepare
from proxy_addon.faults import Fault
from proxy_addon.paths import DEPLOYMENTS
from proxy_addon.routes import Table, read

WHO = Attribution("retail-search", "gw-retail", "11111111-2222-3333-4444-555555555555", "chat")
PATH = b"/b/gw-a/-/openai/deployments/chat/chat/completions"
V1 = b"/b/gw-a/-/openai/v1/chat/completions"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def table(usage: str = "hidden") -> Table:
    route = {"endpoint": "https://a.openai.azure.com", "deployment": "d-1", "region": "eu"}
    routes = {"gw-a": {**route, "provider": "azure.ai.openai", "models": ["chat"]}}
    whole = {"version": 1, "routes": routes, "allowedHostSuffixes": [".openai.azure.com"]}
    return read(
        json.dumps(whole | {"tenants": {"retail-search": {"streamUsage": usage}}}), "r", allow_loopback=False
    )


def admitted(target: bytes = PATH, usage: str = "hidden") -> Admitted:
    found = admit(Head("POST", target, ()), WHO, table(usage))
    assert isinstance(found, Admitted)
    return found


@given(st.dictionaries(st.text().filter(lambda key: key not in ("model", "stream")), JSON, max_size=5))
def test_a_body_that_is_no_stream_keeps_its_bytes(members: dict[str, object]) -> None:
    body = json.dumps(members | {"model": "chat"}, ensure_ascii=False, indent=1).encode(
        "utf-8", "surrogatepass"
    )
    sent = prepare(admitted(), body)
    if isinstance(sent, Fault):
        assert sent is faults.BAD_BODY  # a lone surrogate is not UTF-8
        return
    assert sent.body == body
    moved = prepare(admitted(V1), body)
    assert isinstance(moved, Prepared)
    assert json.loads(moved.body) == members | {"model": "d-1"}
    assert len(moved.body) == len(body) - 1


@pytest.mark.parametrize(
    ("usage", "hide", "visible", "not_asked"),
    [
        ("hidden", True, False, None),
        ("visible", False, True, None),
        ("off", False, False, "stream_usage_off"),
    ],
)
def test_the_tenant_s_choice_decides_about_a_stream(
    usage: str, hide: bool, visible: bool, not_asked: str | None
) -> None:
    sent = prepare(admitted(usage=usage), b'{"stream":true}')
    assert isinstance(sent, Prepared)
    assert (sent.hide, sent.visible, sent.not_asked) == (hide, visible, not_asked)
    assert (b"include_usage" in sent.body) is (usage != "off")


def test_a_client_that_asks_for_usage_is_never_filtered() -> None:
    body = b'{"stream":true,"stream_options":{"include_usage":true}}'
    sent = prepare(admitted(), body)
    assert isinstance(sent, Prepared)
    assert (sent.body, sent.hide) == (body, False)


@pytest.mark.parametrize("body", [b'{"model":"chat","model":"chat"}', b'{"model":"d-1"}', b'{"model":1}'])
@pytest.mark.parametrize("target", [PATH, V1])
def test_another_model_is_a_mismatch(target: bytes, body: bytes) -> None:
    assert prepare(admitted(target), body) is faults.MODEL_MISMATCH


def test_a_model_that_is_null_counts_as_absent() -> None:
    sent = prepare(admitted(PATH), b'{"model":null}')
    assert isinstance(sent, Prepared)
    assert sent.body == b'{"model":null}'
    assert prepare(admitted(V1), b'{"model":null}') is faults.MODEL_MISMATCH


def test_the_header_s_model_must_be_served_by_the_route() -> None:
    other = Attribution("retail-search", "s", WHO.request_id, "other")
    assert admit(Head("POST", V1, ()), other, table()) is faults.MODEL_MISMATCH


FORM = (("content-type", "multipart/form-data; boundary=b"),)
SOUND = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n\x00\xff\r\n'


def field(name: str, value: str) -> bytes:
    return f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def test_a_form_is_sent_under_the_deployment_s_name_and_else_as_it_came() -> None:
    v1 = b"/b/gw-a/-/openai/v1/audio/transcriptions"
    dated = b"/b/gw-a/-/openai/deployments/chat/audio/transcriptions"
    body = field("model", "chat") + SOUND + field("stream", "true") + b"--b--"
    for target, sent_model in ((v1, "d-1"), (dated, "chat")):
        found = admit(Head("POST", target, FORM), WHO, table())
        assert isinstance(found, Admitted)
        sent = prepare(found, body)
        assert isinstance(sent, Prepared)
        assert sent.body == field("model", sent_model) + body[len(field("model", "chat")) :]
        assert sent.asked.stream


def test_an_operation_is_forwarded_where_it_belongs() -> None:
    for path in ("openai/v1/responses", "openai/responses", "v1/messages", "models/embeddings"):
        assert isinstance(admit(Head("POST", f"/b/gw-a/-/{path}".encode(), ()), WHO, table()), Admitted)
    for path in ("openai/messages", "openai/v1/uploads", "anthropic/v1/responses", "models/responses", "v1"):
        found = admit(Head("POST", f"/b/gw-a/-/{path}".encode(), ()), WHO, table())
        assert found is faults.UNSUPPORTED_OPERATION


def test_every_operation_that_is_forwarded_is_known_to_metering() -> None:
    for form, operations in OPERATIONS.items():
        for operation in operations:
            between = "/chat" if form == DEPLOYMENTS else ""
            known = read_operation("POST", f"/{form}{between}/{operation}").api
            assert known in READERS or known in ("responses.count", "messages.count"), operation
