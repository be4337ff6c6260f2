"""`gatewright eval`: policy expressions, executed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gatewright.cli import codes
from gatewright.cli.output import emit, say
from gatewright.diagnostics import Rejected, Span


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command("eval", help="Evaluate policy expressions: a file of cases, or one expression.")
    def evaluate(
        expression: Annotated[
            str | None, typer.Argument(help="One expression with its @( ) or @{ }.")
        ] = None,
        context: Annotated[Path | None, typer.Option(metavar="FILE", help="Its context, as JSON.")] = None,
        cases: Annotated[Path | None, typer.Option(metavar="FILE", help="A JSON list of cases.")] = None,
        out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the results go.")] = None,
        strict: Annotated[bool, typer.Option(help="Refuse what API Management does not allow.")] = False,
        trace: Annotated[
            bool, typer.Option(help="Print each step's value on stderr (one expression).")
        ] = False,
    ) -> int:
        if (expression is None) == (cases is None):
            raise typer.BadParameter("give one expression, or --cases FILE")
        if trace and expression is None:
            raise typer.BadParameter("--trace goes with one expression")
        if expression is not None:
            return one(expression, read_json(context) if context else {}, strict=strict, trace=trace)
        results = many(read_json(cases), cases, strict=strict)
        text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
        if out is None:
            emit(text)
        else:
            write(out, text)
        say(f"{len(results)} cases, {sum(bool(item['ok']) for item in results)} with a value")
        return 0


def one(expression: str, context: object, *, strict: bool, trace: bool = False) -> int:
    """Evaluates one expression and prints its result as JSON; 1 where it fails.

    Raises:
        Rejected: EXP3xx at its place in the C#, when it does not compile.
    """
    from gatewright.apim.expressions import Context, PolicyException, compile, eval_cases

    given = context if isinstance(context, dict) else {}
    if not given.get("named_values"):
        program = compile(expression, origin=Span("expression"), strict=strict, trace=step if trace else None)
        if trace:
            try:
                program.run(Context.from_case(given))
            except (PolicyException, ValueError, KeyError, TypeError) as fault:
                say(f"  ended by {fault}")
    case = {"id": "1", "expression": expression, "context": context}
    result = eval_cases([case], strict=strict)[0]
    emit(json.dumps({key: value for key, value in result.items() if key != "id"}, ensure_ascii=False) + "\n")
    return 0 if result["ok"] else 1


def step(code: str, value: object) -> None:
    """Says one step's value on stderr."""
    from gatewright.apim.expressions import to_text, type_name

    if isinstance(value, Exception):
        say(f"  {short(code)}  threw  {getattr(value, 'kind', '')}: {getattr(value, 'message', '')}")
        return
    say(f"  {short(code)}  =  {type_name(value)} {short(to_text(value))}")


def short(text: str, width: int = 100) -> str:
    """A text on one line, cut to a width."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def many(cases: object, path: Path | None, *, strict: bool) -> list[dict[str, Any]]:
    """Evaluates cases in the oracle's format.

    Raises:
        Rejected: CLI001 when the file is no list of cases.
    """
    from gatewright.apim.expressions import eval_cases

    good = isinstance(cases, list) and all(
        isinstance(item, dict) and isinstance(item.get("id"), str) and isinstance(item.get("expression"), str)
        for item in cases
    )
    if not good:
        message = 'the file is no list of {"id", "expression", "context"}'
        raise Rejected([codes.MISUSE.at(Span(str(path)), message)])
    return eval_cases(cast("list[dict[str, Any]]", cases), strict=strict)


def read_json(path: Path | None) -> object:
    """A JSON file.

    Raises:
        Rejected: CLI003 when it cannot be read, CLI001 when it is not JSON, at the place.
    """
    assert path is not None
    try:
        return json.loads(path.read_text("utf-8-sig"))
    except OSError as fault:
        message = f"cannot be read: {fault.strerror or fault}"
        raise Rejected([codes.NO_FILE.at(Span(str(path)), message, hint="check the path")]) from fault
    except json.JSONDecodeError as fault:
        place = Span(str(path), fault.lineno, fault.colno, fault.lineno, fault.colno + 1)
        raise Rejected([codes.MISUSE.at(place, f"this is not JSON: {fault.msg}")]) from fault
    except UnicodeDecodeError as fault:
        raise Rejected([codes.MISUSE.at(Span(str(path)), "the file is not UTF-8")]) from fault


def write(path: Path, text: str) -> None:
    """Writes a file.

    Raises:
        Rejected: CLI004 when it cannot be written.
    """
    try:
        path.write_text(text, "utf-8")
    except OSError as fault:
        raise Rejected([codes.NOT_WRITABLE.at(Span(str(path)), str(fault.strerror or fault))]) from fault
