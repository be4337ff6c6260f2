"""What C# knows and the interpreter does not: each is refused with a code, at its place."""

from __future__ import annotations

import pytest

from gatewright.apim.expressions import compile
from gatewright.diagnostics import Rejected

REFUSED = {
    "dynamic": ("@{ dynamic d = 5; return d + 1; }", "EXP312"),
    "a text with places": ('@(FormattableString.Invariant($"{1}"))', "EXP308"),
    "the parts of a delegate": (
        "@{ Func<int> f = () => 1; return f.GetInvocationList().Length; }",
        "EXP308",
    ),
    "the method of a delegate": ("@{ Action f = () => { }; return f.Method.Name; }", "EXP308"),
    "a delegate called by reflection": ("@{ Func<int> f = () => 1; return f.DynamicInvoke(); }", "EXP308"),
    "stackalloc": ("@{ Span<int> s = stackalloc int[3]; return s.Length; }", "EXP302"),
    "unsafe": ("@{ unsafe { return 1; } }", "EXP302"),
    "await": ("@{ return await Foo(); }", "EXP302"),
    "a switch expression": ("@(1 switch { 1 => 2, _ => 3 })", "EXP302"),
    "a range": ('@("abc"[1..])', "EXP302"),
    "a coalescing assignment": ('@{ string s = null; s ??= "x"; return s; }', "EXP302"),
    "a using declaration": ("@{ using var h = SHA256.Create(); return 1; }", "EXP302"),
    "a static local function": ("@{ static int F() => 1; return F(); }", "EXP302"),
    "new without a type": ("@{ List<int> l = new(); return l.Count; }", "EXP302"),
    "a property pattern": ('@("a" is { Length: 1 })', "EXP302"),
    "a relational pattern": ("@(5 is > 3)", "EXP302"),
    "a raw string": ('@("""raw""")', "EXP302"),
    "a preprocessor line": ("@{ #region a\nreturn 1;\n#endregion\n}", "EXP302"),
    "an async lambda": ("@{ Func<int> f = async () => 1; return f(); }", "EXP302"),
    "a with expression": ("@{ var a = new { B = 1 }; return a with { B = 2 }; }", "EXP302"),
}


@pytest.mark.parametrize(("source", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_construct_is_refused_with_its_code(source: str, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        compile(source)
    [fault] = caught.value.diagnostics
    assert fault.code == code
    assert fault.span is not None


RULES = {
    "a variable without a value": ("@{ int x; return x; }", "x may be read here"),
    "a value on one path only": ("@{ int x; if (context.Tracing) x = 1; return x; }", "x may be read here"),
    "a lambda that calls itself while it is made": (
        "@{ Func<int, int> f = n => n < 2 ? n : f(n - 1); return f(3); }",
        "f may be read here",
    ),
    "an out parameter that stays empty": (
        "@{ void F(out int a) { return; } F(out var x); return x; }",
        "an out parameter has no value",
    ),
    "a name declared around": ("@{ int x = 1; Func<int, int> f = x => x; return f(2); }", "already declared"),
    "a name declared inside before": ("@{ { int x = 2; } int x = 1; return x; }", "already declared"),
    "braces inside an element": ("@(new Dictionary<int, int[]> { { 1, { 2 } } })", "stand values only"),
    "a member inside an element": ("@(new Dictionary<int, int> { { 1, X = 2 } })", "stand values only"),
    "an element of foreach": ("@{ foreach (var x in new[] { 1 }) x = 2; return 1; }", "cannot be assigned"),
    "constants that overflow": ("@(int.MaxValue + 1)", "the constants overflow int"),
    "a catch behind a wider one": (
        "@{ try { return 1; } catch (Exception) { return 2; } catch (FormatException) { return 3; } }",
        "takes this exception already",
    ),
    "a label twice": ("@{ switch (1) { case 1: case 1: return 1; } return 2; }", "stands twice"),
    "a label that is not there": ("@{ switch (1) { case 1: goto case 5; } return 2; }", "no such label"),
    "long and ulong": ("@(1UL + context.Elapsed.Ticks)", "does not take"),
    "branches without a common type": ('@(context.Tracing ? 1 : "a")', "neither becomes the other"),
}


@pytest.mark.parametrize(("source", "message"), RULES.values(), ids=RULES.keys())
def test_rule_of_the_language_is_kept(source: str, message: str) -> None:
    with pytest.raises(Rejected) as caught:
        compile(source, strict=False)
    assert message in caught.value.diagnostics[0].message
