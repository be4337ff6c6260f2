"""Hostile expressions end in a coded error, and soon."""

from __future__ import annotations

import pytest

from gatewright.apim.expressions import Context, PolicyException, compile
from gatewright.apim.expressions.limits import DEFAULT, Limits
from gatewright.diagnostics import Rejected

_ENDED = "TimeLimitExceeded|StepLimitExceeded|SizeLimitExceeded|RegexTimeLimitExceeded"
RUNS = (
    ('@(Regex.IsMatch("' + "a" * 40 + '!", @"^(a|aa)+$"))', "RegexTimeLimitExceeded|TimeLimitExceeded"),
    (
        '@(Regex.IsMatch("'
        + "a" * 40
        + '!", @"^(a|aa)+$", RegexOptions.None, TimeSpan.FromMilliseconds(50)))',
        "RegexMatchTimeoutException",
    ),
    ("@{ while (true) { } }", "TimeLimitExceeded|StepLimitExceeded"),
    ("@{ again: goto again; return 1; }", _ENDED),
    ("@{ IEnumerable<int> F() { while (true) yield return 1; } return F().Count(); }", _ENDED),
    (
        "@{ IEnumerable<int> F() { foreach (var x in F()) yield return x; } return F().Count(); }",
        "DepthLimitExceeded",
    ),
    ("@{ Action a = () => { }; while (true) a += a; }", "SizeLimitExceeded"),
    ("@{ void F(ref int x) { F(ref x); } int y = 0; F(ref y); return y; }", "DepthLimitExceeded"),
    ('@{ var s = "x"; while (true) { s += s; } return s; }', "SizeLimitExceeded"),
    ("@{ int f(int n) { return f(n + 1); } return f(0); }", "DepthLimitExceeded"),
    ('@("x".PadLeft(2000000000))', "SizeLimitExceeded"),
    ('@(Regex.IsMatch("x", @"(a{1000}){1000}"))', "RegexNotInterpreted"),
    ('@(Regex.IsMatch("()", @"(?<o>\\()(?<-o>\\))"))', "RegexNotInterpreted"),
    ('@{ while (true) { Regex.IsMatch("' + "a" * 24 + '!", @"^(a|aa)+$"); } }', _ENDED),
    ("@(new string('a', int.MaxValue))", "SizeLimitExceeded"),
    ('@{ while (true) { var x = "x".PadLeft(4000000); } }', _ENDED),
    ('@(string.Concat(Enumerable.Repeat("xxxxxxxxxx", 100000000)))', _ENDED),
    ('@(string.Join(",", Enumerable.Range(0, int.MaxValue)))', _ENDED),
    ("@(Enumerable.Range(0, int.MaxValue).Sum(x => (long)x))", _ENDED),
    ("@(Enumerable.Repeat(1, int.MaxValue).Skip(int.MaxValue - 1).First())", _ENDED),
    (
        "@((from a in Enumerable.Range(0,100000) from b in Enumerable.Range(0,100000) select a * b).Count())",
        _ENDED,
    ),
    ("@{ var l = Enumerable.Range(0,1000000).ToList(); while (true) { l.IndexOf(-1); } }", _ENDED),
    ("@{ var l = new List<int>(); while (true) { l.Add(1); } }", _ENDED),
    ('@{ var a = JToken.Parse("[1]"); while (true) { a = new JArray(a, a); } }', _ENDED),
    ("@{ Func<int,int> f = null; f = n => n < 2 ? n : f(n - 1) + f(n - 2); return f(60); }", _ENDED),
    ("@{ try { while (true) { } } catch (Exception) { return 1; } finally { while (true) { } } }", _ENDED),
    ("@(new int[int.MaxValue].Length)", "SizeLimitExceeded"),
    ('@(string.Format("{0,1000000000}", 1))', "SizeLimitExceeded|FormatException"),
    ('@(1.0.ToString("F999999999"))', "FormatException|SizeLimitExceeded"),
    ("@(DateTime.Parse(new string(' ', 2000000) + \"x\"))", "FormatException"),
    ('@(DateTime.Parse("2024-01-01" + new string(\' \', 200000) + "x"))', "FormatException"),
    ("@(int.Parse(new string('9', 1000000)))", "OverflowException"),
    ("@(decimal.Parse(new string('9', 1000000)))", "OverflowException"),
    ("@(TimeSpan.Parse(new string('1', 4000000)))", "OverflowException"),
    (
        '@(JToken.Parse(string.Concat(Enumerable.Repeat("[", 100000))))',
        "JsonReaderException|DepthLimitExceeded",
    ),
    (
        '@{ var d = new Dictionary<string,object>(); d["a"] = d; return JObject.FromObject(d).ToString(); }',
        "DepthLimitExceeded",
    ),
    ("@{ while (true) { SHA256.Create().ComputeHash(new byte[4000000]); } }", _ENDED),
    ('@(XElement.Parse("<!DOCTYPE a [<!ENTITY b \\"bb\\">]><a>&b;</a>").Value)', "XmlException"),
    ('@(XElement.Parse(string.Concat(Enumerable.Repeat("<a>", 5000))).Value)', "XmlException"),
)


# Python drops a TimeUp that comes up while garbage is collected; it is raised again.
@pytest.mark.filterwarnings("ignore:(?s)Exception ignored.*TimeUp:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("source", "kind"), RUNS, ids=[kind + str(n) for n, (_, kind) in enumerate(RUNS)])
def test_hostile_expression_ends_in_an_error(source: str, kind: str) -> None:
    """What a limit of its own ends has time for it, however slow the machine is."""
    limits = DEFAULT if "TimeLimitExceeded" in kind else Limits(seconds=60)
    with pytest.raises(PolicyException) as caught:
        compile(source, strict=False).run(Context(), limits=limits)
    assert caught.value.dotnet_type in kind.split("|")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("@(" + "(" * 3000 + "1" + ")" * 3000 + ")", "EXP309"),
        ("@(" + "!" * 10000 + "true)", "EXP309"),
        ("@(" + "(int)" * 3000 + "1)", "EXP309"),
        ("@(" + "+".join(["1"] * 20000) + ")", "EXP309"),
        ("@(" + "true ? 1 : " * 3000 + "2)", "EXP309"),
        ("@{" + "{" * 3000 + "}" * 3000 + " return 1; }", "EXP309"),
        ("@(" + '"a"' + ".Trim()" * 5000 + ")", "EXP309"),
        ('@($"{1,2000000000}")', "EXP310"),
        ('@("x".GetType().GetMethods())', "EXP304"),
        ('@(XDocument.Load("/etc/hostname"))', "EXP304"),
        ('@(new X509Certificate2("/etc/hostname"))', "EXP306"),
        ('@(System.IO.File.ReadAllText("x"))', "EXP308"),
        ("@(typeof(string).Assembly)", "EXP304"),
        ("@((decimal)1e300)", "EXP310"),
        ("@(1" + " is 1 && 1" * 5000 + ")", "EXP309"),
        ("@{ " + "F(a) = " * 8000 + "1; }", "EXP309"),
    ],
)
def test_hostile_expression_does_not_compile(source: str, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        compile(source)
    assert caught.value.diagnostics[0].code == code
