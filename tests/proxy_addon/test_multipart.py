"""Forms: one reading or none, and bytes stay as they are but for the model."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addon.multipart import NotAForm, boundary, fields, text_of

FILE = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
)
END = b"\r\n--b--\r\n"


def part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    return b"--b\r\ncontent-disposition: form-data; name=" + name + b"\r\n" + more + b"\r\n" + value


@given(
    st.dictionaries(st.sampled_from(["model", "stream", "language", "timestamp_granularities[]"]), st.text()),
    st.binary(max_size=300),
)
def test_what_a_client_library_writes_is_read(values: dict[str, str], audio: bytes) -> None:
    request = httpx.Request("POST", "http://x/", data=values, files={"file": ("ä b.wav", audio, "audio/wav")})
    body = request.read()
    mark = boundary([request.headers["content-type"]])
    assert mark is not None
    found = {field.name: field for field in fields(body, mark)}
    assert set(found) == {*values, "file"}
    for name, value in values.items():
        assert body[found[name].start : found[name].end].decode() == value
    assert found["file"].is_file
    assert body[found["file"].start : found["file"].end] == audio


def test_names_may_stand_without_quotes_and_values_say_their_type() -> None:
    body = part(b"model", b"whisper", b"Content-Type: text/plain; charset=utf-8\r\n") + END
    (field,) = fields(body, b"b")
    assert (field.name, text_of(body, field)) == ("model", "whisper")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b\r\n",
        FILE.replace(b'"a.wav"', b'"a.wav"; name="model"') + END,
        FILE.replace(b'"a.wav"', b"\"a.wav\"; name*=utf-8''model") + END,
        b"preamble\r\n" + part(b'"model"', b"a") + END,
        part(b'"model"', b"a"),
        part(b'"model"', b"a") + END + b"epilogue",
        part(b'"model"', b"a") + b"\r\n--b-- ",
        part(b'"model"', b"a") + b"\r\n--b \r\n" + END,
        part(b'"model"', b"a").replace(b"\r\n", b"\n") + END,
        part(b'"model"; name="x"', b"a") + END,
        part(b'"mo\\"del"', b"a") + END,
        part(b'"model"', b"a", b"content-disposition: form-data; name=x\r\n") + END,
        part(b'"model"', b"a", b" folded\r\n") + END,
        part(b'"model"', b"a", b"x: a\nb\r\n") + END,
        b"--b\r\ncontent-disposition: attachment; name=model\r\n\r\na" + END,
        b"--b\r\ncontent-type: text/plain\r\n\r\na" + END,
        b"--b\r\n" + b"x-y: z\r\n" * 500 + b"\r\na" + END,
        b"".join(part(b"a", b"") + b"\r\n" for _ in range(300)) + b"--b--",
    ],
)
def test_what_can_be_read_in_two_ways_is_no_form(body: bytes) -> None:
    found = []
    with pytest.raises(NotAForm):
        found = fields(body, b"b")
    assert not found


@pytest.mark.parametrize(
    "more",
    [
        b"content-type: text/plain; charset=utf-16\r\n",
        b"content-type: application/json\r\n",
        b"content-transfer-encoding: base64\r\n",
    ],
)
def test_a_value_in_an_encoding_of_its_own_is_no_plain_text(more: bytes) -> None:
    body = part(b"model", b"whisper", more) + END
    assert [text_of(body, field) for field in fields(body, b"b")] == [None]


def test_a_file_is_no_text() -> None:
    body = FILE.replace(b'"file"', b'"model"').replace(b"audio/wav", b"text/plain") + b"whisper" + END
    assert [text_of(body, field) for field in fields(body, b"b")] == [None]


@pytest.mark.parametrize(
    "types",
    [
        [],
        ["application/json"],
        ["multipart/form-data"],
        ["multipart/form-data; boundary="],
        ["multipart/form-data; boundary=a; boundary=b"],
        ["multipart/form-data; boundary=a", "multipart/form-data; boundary=a"],
        ['multipart/form-data; boundary="a\\"b"'],
        ["multipart/mixed; boundary=a"],
    ],
)
def test_a_boundary_stands_once(types: list[str]) -> None:
    assert boundary(types) is None
