"""No input hangs the check, breaks it, or takes more memory than ten times its size (and a constant)."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gatewright.apim import policyfile
from gatewright.apim.document import is_well_formed, read, write
from gatewright.apim.document.prefixes import prefix_faults
from gatewright.diagnostics import Diagnostic, Rejected
from tests.apim.mutations.corpus import written

CONSTANT = 20 << 20
"""30,000 elements, the most that are read, and a finding in each: 300 bytes for each of the two."""
PIECES = (
    "<policies>",
    "</policies>",
    "<fragment>",
    "</fragment>",
    "<inbound>",
    "</inbound>",
    "<backend>",
    "<base />",
    "<choose>",
    "<when condition=",
    "</when>",
    "</choose>",
    "<set-body>",
    "</set-body>",
    "<set-variable name='a' value=",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "<?xml version='1.0'?>",
    "<",
    ">",
    "/>",
    "=",
    '"',
    "'",
    "@(",
    "@{",
    ")",
    "}",
    "]",
    "[",
    "(",
    "{",
    "{{name}}",
    "${name}",
    '$"{',
    '@"',
    "//",
    "/*",
    "*/",
    "\\",
    "&",
    "&amp;",
    "&quot;",
    "&#65;",
    "&#x0;",
    "&bad;",
    "\r\n",
    "\n",
    "\t",
    "\ufeff",
    "\x00",
    "\ud800",
    "é",
    "😀",
    "context.Request.Body.As<JObject>(true)",
    "context.Variables",
    "return 1;",
    "new ",
    "=>",
    "?.",
    "??",
    "nolint POL257: x",
)
TEXTS = [text for _, text in written()]


def check(
    text: str, *, kind: str | None = None, scope: str | None = None, tier: str | None = None
) -> list[Diagnostic]:
    """Findings, each with a code and a place in the text. What can be read survives being written."""
    found = list(policyfile.check(text, "x.xml", kind=kind, scope=scope, tier=tier))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for item in found:
        assert item.code, item
        assert item.message, item
        if item.span and item.span.line:
            assert 1 <= item.span.line <= len(lines), item
            assert 1 <= item.span.column <= len(lines[item.span.line - 1]) + 2, item
    try:
        document = read(text, "x.xml")
    except Rejected:
        return found
    written = write(document)
    again = read(written, "y.xml")
    assert again == document
    assert write(again) == written
    bound = not any(prefix_faults(document))
    assert is_well_formed(f"<x>{written}</x>") is bound, written  # a snippet has several roots, or none
    return found


fuzzing = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=(
        Phase.explicit,
        Phase.generate,
    ),  # shrinking takes minutes here; the input found is shown as it is
    suppress_health_check=[HealthCheck.too_slow],
)


@fuzzing
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join))
def test_pieces_of_policies_in_any_order(text: str) -> None:
    check(text)


@fuzzing
@given(st.text(max_size=200), st.sampled_from(["policies", "fragment", "document", "snippet", None]))
def test_any_text_as_any_kind(text: str, kind: str | None) -> None:
    check(text, kind=kind, scope="api", tier="BasicV2")


@fuzzing
@given(st.sampled_from(TEXTS), st.data())
def test_good_documents_with_a_piece_cut_or_put_in(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    piece = data.draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)))
    check(text[:start] + piece + text[end:])


REPEATED = (
    "<a/>",
    "<a>",
    "</a>",
    "<base/>",
    "<base/>\r\n",
    "<!--x-->",
    "<!-- nolint POL257: a --><base/>",
    "<![CDATA[",
    "<![CDATA[a]]>",
    "&amp;",
    "&#65;",
    "&",
    "<",
    '"',
    "(",
    "@(",
    '@($"{',
    '<a b="@(',
    "@(a)b",
    "<a b='@(x) )' ",
    "<a <!-- x --> ",
    "\r",
    "\x01",
    "{{a}}",
    "<set-method>@(1)</set-method>",
    '<set-variable name="a" name="a"/>',
    '<choose><when condition="@(true)"/></choose>',
    "<choose><when condition='@(a'></choose>",
    "<set-body>@(a)) ",
)


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("size", [1 << 14, 1 << 17], ids=["16 KiB", "128 KiB"])
def test_memory_and_time_stay_in_bounds(piece: str, size: int) -> None:
    text = f"<fragment>{piece * ((size - 64) // len(piece.encode()))}</fragment>"
    policyfile.expression_faults.cache_clear()
    check("<fragment><set-method>@(1)</set-method></fragment>")
    tracemalloc.start()
    try:
        list(policyfile.check(text, "x.xml"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 10 * len(text.encode()) + CONSTANT
    check(text)


@pytest.mark.parametrize(
    "source",
    [
        "@(1" + "+1" * 100_000 + ")",
        "@(" + "!" * 100_000 + "a)",
        "@(a" + ".b" * 100_000 + ")",
        "@(" + "(" * 180 + "1" + ")" * 180 + ")",
        "@{ return " + '$"{' * 20 + "1" + '}"' * 20 + "; }",
        "@(" + "new[]{" * 90 + "}" * 90 + ")",
        '@("' + "a" * 200_000 + '")',
    ],
    ids=["sums", "bangs", "members", "brackets", "strings", "arrays", "a long string"],
)
def test_long_and_deep_expressions_end_in_findings(source: str) -> None:
    check(f"<fragment><set-method>{source}</set-method></fragment>")


def test_too_many_nodes_are_refused() -> None:
    assert "POL206" in {item.code for item in check("<fragment>" + "<base/>" * 40_000 + "</fragment>")}
    attributes = "".join(f'a{n}="" ' for n in range(2_000))
    assert "POL206" in {item.code for item in check(f"<fragment><trace {attributes}/></fragment>")}
