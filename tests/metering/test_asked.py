"""What a request's body says: JSON and multipart forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.metering.apis import Asked
from gatewright.metering.asked import read_asked

FORM = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n'
    b"Content-Type: audio/mpeg\r\n\r\n\xff\xfb\r\n"
    b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
    b'--b\r\nContent-Disposition: form-data; name="stream"\r\n\r\ntrue\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model":"m","stream":true}', Asked("m", True)),
        (b'{"stream":true,"stream_options":{"include_usage":false}}', Asked(None, True, False)),
        (b'{"stream":"true","stream_options":{"include_usage":"x"}}', Asked()),
        (b'{"model":3,"input":"hello"}', Asked(characters=5)),
        (b'{"background":true}', Asked(background=True)),
        (FORM, Asked("whisper-1", True)),
        (b"", Asked()),
        (b"[1]", Asked()),
        (b"--", Asked()),
    ],
)
def test_a_body_says_what_it_asks_for(body: bytes, expected: Asked) -> None:
    assert read_asked(body) == expected


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda tail: FORM[:90] + tail))
def test_any_bytes_are_read(body: bytes) -> None:
    read_asked(body)
