"""What is reformatting and what is an edit. Source: see `policy_text`."""

from __future__ import annotations

import pytest

from gatewright.deploy.policy_text import canonical, stamp_of

BASE = """<!-- gatewright:1:0123456789abcdef -->
<policies>
    <inbound>
        <base />
        <set-variable name="a" value='@(context.Variables["x"] + "&amp;")' />
        <set-body>@{
            var a = 1;
            return a.ToString();
        }</set-body>
    </inbound>
</policies>
"""
SAME = {
    "tabs": BASE.replace("    ", "\t"),
    "CRLF": BASE.replace("\n", "\r\n"),
    "quotes": BASE.replace(
        """'@(context.Variables["x"] + "&amp;")'""",
        '"@(context.Variables[&quot;x&quot;] + &quot;&amp;&quot;)"',
    ),
    "one line": BASE.replace("        <base />\n        ", "<base/>"),
    "no stamp": BASE.partition("\n")[2],
    "blanks at line ends": BASE.replace("var a = 1;", "var a = 1;  "),
}
OTHER = {
    "a value": BASE.replace('"x"', '"y"'),
    "an element": BASE.replace("<base />", ""),
    "code": BASE.replace("a = 1", "a = 2"),
    "a comment inside": BASE.replace("<base />", "<base /><!-- off -->"),
    "an attribute": BASE.replace('name="a"', 'name="a" more="b"'),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_reformatting_is_no_difference(text: str) -> None:
    assert canonical(text, "p") == canonical(BASE, "p")


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_an_edit_is_a_difference(text: str) -> None:
    assert text != BASE
    assert canonical(text, "p") != canonical(BASE, "p")


def test_indentation_inside_a_verbatim_string_is_kept() -> None:
    text = '<policies><inbound><set-body>@{ return @"a\n  b"; }</set-body></inbound></policies>'
    assert canonical(text, "p") != canonical(text.replace("\n  b", "\nb"), "p")


def test_the_stamp_is_read_from_a_comment_in_front_of_the_root() -> None:
    assert stamp_of(BASE, "p") == ("0123456789abcdef", True)
    assert stamp_of(BASE.replace("gatewright:1", "gatewright:9"), "p") == (None, True)
    assert stamp_of(SAME["no stamp"], "p") == (None, False)
