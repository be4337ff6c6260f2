from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from generator.filters import csharp_string, literal, one_line, truth

# What XML 1.0 can hold (production 2); everything else is refused before it comes here.
XML_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))) + "\ufffe\uffff")
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Retail search_1-a", "Retail search_1-a"),
        ('"', "\\u0022"),
        ("\\", "\\u005C"),
        ("{{secret}}", "\\u007B\\u007Bsecret\\u007D\\u007D"),
        ("\r\n", "\\u000D\\u000A"),
        ("ß", "\\u00DF"),
        ("\U0001f600", "\\uD83D\\uDE00"),
        ("<&>", "\\u003C\\u0026\\u003E"),
    ],
)
def test_csharp_string_leaves_only_plain_characters(text: str, written: str) -> None:
    assert csharp_string(text) == written


@given(st.text())
def test_csharp_string_means_the_same_text_and_needs_no_escape_anywhere(text: str) -> None:
    written = csharp_string(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9 _-]|\\u[0-9A-F]{4})*", written)
    # Escapes of four digits mean the same in C# and in JSON.
    assert json.loads(f'"{written}"').encode("utf-16", "surrogatepass") == text.encode(
        "utf-16", "surrogatepass"
    )


@pytest.mark.parametrize("text", ["plain", "R&D", "a<b>", '"quoted"', "it's", "me@(x)", "]]>", "a\tb\nc"])
def test_literal_is_read_back_as_itself(text: str) -> None:
    assert etree.fromstring(f'<a b="{literal(text)}" />').get("b") == text


@pytest.mark.parametrize("text", ["@(1)", "@{return 1;}", " @(1)", "{{name}}", "a {{name}} b"])
def test_literal_writes_as_an_expression_what_would_not_be_taken_literally(text: str) -> None:
    value = etree.fromstring(f'<a b="{literal(text)}" />').get("b")
    assert value == f'@("{csharp_string(text)}")'
    assert "{{" not in value


@settings(max_examples=500)
@given(XML_TEXTS)
def test_literal_never_begins_an_expression_and_never_holds_a_named_value(text: str) -> None:
    value = etree.fromstring(f'<a b="{literal(text)}" />').get("b") or ""
    if value != text:
        assert value == f'@("{csharp_string(text)}")'
    else:
        assert not value.lstrip().startswith(("@(", "@{"))
        assert "{{" not in value


def test_one_line_joins_lines_with_single_blanks() -> None:
    assert one_line('@{\n    var a = "b  c";\n\n    return a;\n}') == '@{ var a = "b  c"; return a; }'


def test_one_line_refuses_a_comment_that_would_swallow_code() -> None:
    with pytest.raises(ValueError, match="comment"):
        one_line("@{\n  // why\n  return 1;\n}")


def test_truth_is_lower_case() -> None:
    assert (truth(True), truth(False)) == ("true", "false")
