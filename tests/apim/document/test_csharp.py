from __future__ import annotations

import pytest

from gatewright.apim.document.csharp import Broken, end_of

WHOLE = {
    "a bracket in a string": '@("a)b")',
    "an escaped quote": '@("a\\")b")',
    "a verbatim string that ends with a backslash": '@(@"c:\\")',
    "a doubled quote in a verbatim string": '@(@"a"")b")',
    "an interpolated string": '@($"{a}) {b[0]}")',
    "quotes inside a hole": '@($"{a["x"]}")',
    "a format with a quote in it": "@($\"{a:yyyy'T'HH}\")",
    "a ternary in parentheses inside a hole": '@($"{(a ? 1 : 2):N0}")',
    "doubled braces in an interpolated string": '@($"{{{a}}} }}")',
    "an interpolated verbatim string": '@($@"{a} ""{b}"" \\")',
    "the other order of both": '@(@$"{a} \\")',
    "a string inside a hole inside a string": '@($"{string.Join(",", a.Select(x => $"{x}"))}")',
    "a character that is a bracket": "@(a == ')')",
    "a character that is a quote": "@(a == '\"' && b == '\\'')",
    "a line comment": "@{ // )}\"'\n return 1; }",
    "a block comment": '@{ /* ) } " */ return 1; }',
    "an at sign before a name": "@(@class.x)",
    "generics and lambdas": "@(a.As<List<string>>(x => x[0] < 1 && 2 > 1))",
    "a division": "@(a / b / (c))",
    "an object in an object": '@(new JObject(new JProperty("a", new [] {1, 2})).ToString())',
}


@pytest.mark.parametrize("source", WHOLE.values(), ids=WHOLE.keys())
def test_an_expression_ends_with_its_bracket(source: str) -> None:
    assert end_of(source) == len(source)
    assert end_of(source + ' x="(" ') == len(source)
    assert end_of("  " + source, 2) == len(source) + 2


BROKEN = {
    "never closed": ("@(a", 1, True),
    "an inner bracket": ("@(a(b", 3, True),
    "another bracket": ("@(a])", 3, False),
    "a string that ends with the line": ('@("a\n")', 2, False),
    "a string that never ends": ('@("a)', 2, True),
    "a verbatim string": ('@(@"a"")', 2, True),
    "a comment": ("@(/* )", 2, True),
    "a hole": ('@($"{a")', 6, True),
    "a line end in an interpolated string": ('@($"a\n")', 2, False),
}


@pytest.mark.parametrize(("source", "offset", "ran_out"), BROKEN.values(), ids=BROKEN.keys())
def test_an_expression_without_an_end_says_where(source: str, offset: int, ran_out: bool) -> None:
    found = end_of(source)
    assert isinstance(found, Broken)
    assert (found.offset, found.ran_out) == (offset, ran_out)
    assert found.reason


def test_nesting_has_a_limit() -> None:
    deep = end_of("@(" + "(" * 5000)
    strings = end_of("@(" + '$"{' * 5000)
    assert isinstance(deep, Broken)
    assert isinstance(strings, Broken)
    assert not deep.ran_out
    assert not strings.ran_out
