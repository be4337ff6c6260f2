"""Hostile expressions end in a coded error, and soon."""

from __future__ import annotations

import pytest

from gatewright.apim.expressions import Context, PolicyException, compile
from gatewright.diagnostics import Rejected

RUNS = (
    ('@(Regex.IsMatch("' + "a" * 40 + '!", @"^(a|aa)+$"))', "RegexTimeLimitExceeded"),
    (
        '@(Regex.IsMatch("'
        + "a" * 40
        + '!", @"^(a|aa)+$", RegexOptions.None, TimeSpan.FromMilliseconds(50)))',
        "RegexMatchTimeoutException",
    ),
    ("@{ while (true) { } }", "TimeLimitExceeded|StepLimitExceeded"),
    ('@{ var s = "x"; while (true) { s += s; } return s; }', "SizeLimitExceeded"),
    ("@{ int f(int n) { return f(n + 1); } return f(0); }", "DepthLimitExceeded"),
    ('@("x".PadLeft(2000000000))', "SizeLimitExceeded"),
    ('@(XElement.Parse("<!DOCTYPE a [<!ENTITY b \\"bb\\">]><a>&b;</a>").Value)', "XmlException"),
    ('@(XElement.Parse(string.Concat(Enumerable.Repeat("<a>", 5000))).Value)', "XmlException"),
)


@pytest.mark.parametrize(("source", "kind"), RUNS, ids=[kind + str(n) for n, (_, kind) in enumerate(RUNS)])
def test_hostile_expression_ends_in_an_error(source: str, kind: str) -> None:
    with pytest.raises(PolicyException) as caught:
        compile(source, strict=False).run(Context())
    assert caught.value.dotnet_type in kind.split("|")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("@(" + "(" * 3000 + "1" + ")" * 3000 + ")", "EXP309"),
        ('@(System.IO.File.ReadAllText("x"))', "EXP308"),
        ("@(typeof(string).Assembly)", "EXP304"),
        ("@((decimal)1e300)", "EXP310"),
    ],
)
def test_hostile_expression_does_not_compile(source: str, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        compile(source)
    assert caught.value.diagnostics[0].code == code
