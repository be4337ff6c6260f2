"""Compiling and running: the interface the gateway and the linter use, faults, hostile expressions."""

from __future__ import annotations

import struct
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.apim.expressions import (
    Context,
    Headers,
    MessageBody,
    PolicyException,
    Program,
    Request,
    Response,
    Url,
    Variables,
    compile,
    to_bool,
    to_int,
    to_text,
    type_name,
)
from gatewright.diagnostics import Rejected, Span


def faults(source: str, *, strict: bool = True) -> list[str]:
    with pytest.raises(Rejected) as rejected:
        compile(source, strict=strict)
    return [d.code for d in rejected.value.diagnostics]


def test_program_is_reused_over_contexts() -> None:
    program = compile('@((string)context.Variables["tenant"] + "/" + context.Request.Method)')
    for tenant in ("north", "south"):
        context = Context(request=Request(method="POST"), variables=Variables({"tenant": tenant}))
        assert to_text(program.run(context)) == f"{tenant}/POST"


def test_program_runs_in_many_threads_at_once() -> None:
    program = compile("@{ var s = 0; for (var i = 0; i < 500; i++) { s += i; } return s; }")
    results: list[object] = []
    threads = [threading.Thread(target=lambda: results.append(program.run(Context()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [124750] * 4


def test_values_carry_their_type() -> None:
    assert type_name(compile("@(5L)").run(Context())) == "long"
    assert type_name(compile("@(null)").run(Context())) == "null"
    assert to_text(compile("@(1.20m)").run(Context())) == "1.20"
    assert to_bool(compile("@(1 < 2)").run(Context())) is True
    assert to_bool("True") is True
    assert to_int(compile('@("42")').run(Context())) == 42
    with pytest.raises(PolicyException) as fault:
        to_int("x")
    assert fault.value.dotnet_type == "FormatException"


def test_stored_values_keep_their_type() -> None:
    context = Context()
    context.variables.set("n", compile("@(5L)").run(context))
    assert compile('@((long)context.Variables["n"] + 1)').run(context) == 6
    with pytest.raises(PolicyException) as fault:
        compile('@((int)context.Variables["n"])').run(context)
    assert fault.value.dotnet_type == "InvalidCastException"


def test_body_is_consumed_unless_preserved() -> None:
    context = Context(request=Request(body=MessageBody(b'{"model":"gpt"}')))
    keep = compile('@((string)context.Request.Body.As<JObject>(preserveContent: true)["model"])')
    assert [to_text(keep.run(context)), to_text(keep.run(context))] == ["gpt", "gpt"]
    take = compile("@(context.Request.Body.As<string>())")
    take.run(context)
    with pytest.raises(PolicyException) as fault:
        take.run(context)
    assert fault.value.dotnet_type == "InvalidOperationException"


def test_response_variable_is_read() -> None:
    response = Response(429, "Too Many Requests", Headers([("Retry-After", "7")]))
    context = Context(variables=Variables({"r": response}))
    source = '@(((IResponse)context.Variables["r"]).Headers.GetValueOrDefault("retry-after", "") + '
    source += '((IResponse)context.Variables["r"]).StatusCode)'
    assert to_text(compile(source).run(context)) == "7429"


def test_texts_outside_the_basic_plane_pass_whole() -> None:
    context = Context(request=Request(url=Url("https://a.example/x"), headers=Headers([("x", "a😀")])))
    assert to_text(compile('@(context.Request.Headers.GetValueOrDefault("x"))').run(context)) == "a😀"
    assert compile('@(context.Request.Headers.GetValueOrDefault("x").Length)').run(context) == 3


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("context.Request", "EXP300"),
        ("@(1) tail", "EXP300"),
        ("@(1 + )", "EXP301"),
        ("@('abc')", "EXP301"),
        ("@(1; return 2)", "EXP301"),
        ("@(1)+(2)", "EXP301"),
        ("@(x switch { 1 => 2, _ => 3 })", "EXP302"),
        ("@{ dynamic d = 1; return d; }", "EXP312"),
        ("@{ x ??= 1; return x; }", "EXP302"),
        ("@(x is { Length: 1 })", "EXP302"),
        ("@(contxt.Request)", "EXP303"),
        ("@(context.Request.Metod)", "EXP304"),
        ('@("a".GetType().Assembly)', "EXP304"),
        ("@{ int x = null; return x; }", "EXP305"),
        ("@(int.Parse(5))", "EXP306"),
        ("@{ if (context.Tracing) { return 1; } }", "EXP307"),
        ("@(Environment.NewLine)", "EXP308"),
        ('@(System.IO.File.ReadAllText("x"))', "EXP308"),
        ('@(Regex.Escape("x"))', "EXP308"),
        ('@(DateTime.ParseExact("x", "y", null))', "EXP308"),
        ("@(" + "(" * 5000 + "1" + ")" * 5000 + ")", "EXP309"),
        ("@(" + "!" * 3000 + "true)", "EXP309"),
        ("@{ var a = 1; var a = 2; return a; }", "EXP310"),
        ("@(new RSACng())", "EXP303"),
    ],
)
def test_fault_has_its_code(source: str, code: str) -> None:
    assert faults(source) == [code]


def test_allow_list_is_kept_only_when_strict() -> None:
    assert faults("@(Environment.NewLine)") == ["EXP308"]
    assert to_text(compile("@(Environment.NewLine)", strict=False).run(Context())) == "\n"


def test_fault_shows_the_place_and_the_nearest_member() -> None:
    with pytest.raises(Rejected) as rejected:
        compile("@{\n  return context.Request.Metod;\n}", origin=Span("p.xml", 10, 5, 12, 2))
    [fault] = rejected.value.diagnostics
    assert fault.span == Span("p.xml", 11, 26, 11, 31)
    assert fault.hint == "did you mean Method?"


@pytest.mark.parametrize(
    "source",
    [
        "@{ while (true) { } }",
        '@{ var s = "x"; while (true) { s += s; } }',
        "@{ var l = new List<string>(); while (true) { l.Add(new string('x', 1000000)); } }",
        '@(Regex.IsMatch(new string(\'a\', 60) + "!", "^(a|aa|a?)+$"))',
        "@(Enumerable.Range(0, int.MaxValue).ToList().Count)",
        '@("x".PadLeft(int.MaxValue))',
        "@(new int[int.MaxValue])",
        "@{ Func<int, int> f = null; f = n => f(n + 1); return f(0); }",
        "@{ int F(int n) { return F(n + 1); } return F(0); }",
        '@(string.Join("", Enumerable.Repeat("abcdefgh", 100000000)))',
        '@(String.Format("{0,1000000000}", 1))',
        '@(1.5.ToString("F999999999"))',
        "@{ decimal d = 1m; while (true) { d = d / 3; } }",
        "@{ for (;;) { try { throw new Exception(); } catch { } } }",
    ],
)
def test_hostile_expression_ends_within_bounds(source: str) -> None:
    program = compile(source)
    with pytest.raises(PolicyException) as fault:
        program.run(Context())
    assert fault.value.dotnet_type.endswith("Exceeded")


def test_csharp_cannot_catch_the_budget() -> None:
    with pytest.raises(PolicyException) as fault:
        compile("@{ try { while (true) { } } catch (Exception) { return 1; } }").run(Context())
    assert fault.value.dotnet_type in ("StepLimitExceeded", "TimeLimitExceeded")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="@(){}[]\"'$;.,?:!=<>+-*/&|xn1 \\\n", max_size=40))
def test_any_text_is_compiled_or_rejected(text: str) -> None:
    for source in (f"@({text})", f"@{{{text}}}"):
        assert _outcome(source) != "InterpreterFault"


def _outcome(source: str) -> str:
    try:
        compile(source).run(Context())
    except Rejected as rejected:
        return rejected.diagnostics[0].code
    except PolicyException as fault:
        return fault.dotnet_type
    return "value"


def test_backend_and_foundry_are_what_the_gateway_says() -> None:
    program = compile(
        '@(context.Backend?.Id + "|" + context.Backend?.Type + "|" + context.Request.Foundry?.Deployment)'
    )
    assert to_text(program.run(Context())) == "||"
    request = {"foundry": {"deployment": "gpt-4o"}}
    known = Context.from_case({"backend": {"id": "b1", "type": "Pool"}, "request": request})
    assert to_text(program.run(known)) == "b1|Pool|gpt-4o"


def test_slow_work_without_steps_ends_in_each_thread_and_leaves_the_thread_usable() -> None:
    slow = compile("@{ var l = Enumerable.Range(0, 1000000).ToList(); while (true) { l.IndexOf(-1); } }")
    quick = compile("@(1 + 1)")
    ended: list[str] = []

    def work() -> None:
        for _ in range(2):
            try:
                slow.run(Context())
            except PolicyException as fault:
                ended.append(fault.dotnet_type)
            ended.append(to_text(quick.run(Context())))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ended) == ["2"] * 4 + ["TimeLimitExceeded"] * 4


@pytest.mark.parametrize("kind", [KeyError, OSError, RuntimeError, struct.error])
def test_any_fault_of_the_interpreter_ends_one_evaluation(kind: type[Exception]) -> None:
    def broken(frame: object) -> object:
        raise kind("broken")

    with pytest.raises(PolicyException) as caught:
        Program("@(1)", 0, broken).run(Context())
    assert caught.value.dotnet_type == "InterpreterFault"


def test_day_that_a_text_does_not_name_comes_from_the_clock_of_the_context() -> None:
    noon = datetime(2031, 5, 6, 12, tzinfo=UTC)
    context = Context(now=lambda: noon, variables=Variables({"at": "10:30"}))
    program = compile('@(((DateTime)JToken.FromObject(context.Variables["at"])).ToString("s"))', strict=False)
    assert program.run(context) == "2031-05-06T10:30:00"
