"""The command line: commands, exit statuses, and what happens when something fails."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from gatewright import __version__
from gatewright.cli import codes
from gatewright.cli.output import Findings, render_findings, say, status
from gatewright.diagnostics import Diagnostic, Rejected

EXTRAS = {
    "jinja2": "generate",
    "lxml": "generate",
    "pydantic": "generate",
    "tree_sitter": "generate",
    "tree_sitter_c_sharp": "generate",
    "azure": "deploy",
    "cryptography": "generate",
    "tree_sitter_bicep": "infra",
    "starlette": "emulate",
    "uvicorn": "emulate",
    "httpx": "emulate",
    "regex": "generate",
    "bpe_openai": "proxy",
    "mitmproxy": "proxy",
}


def build_app() -> typer.Typer:
    """The Typer application with every command."""
    from gatewright.cli.commands import register

    app = typer.Typer(
        name="gatewright",
        help="An AI gateway you can review in a pull request.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def root(
        version: bool = typer.Option(False, "--version", help="Show the version and exit.", is_eager=True),
    ) -> None:
        if version:
            typer.echo(f"gatewright {__version__}")
            raise typer.Exit

    register(app)
    return app


def run(argv: Sequence[str]) -> int:
    """Runs a command line.

    Returns:
        0 done, nothing wrong; 1 findings; 2 misuse, or input that cannot be read; 3 our own failure.
    """
    try:
        outcome = build_app()(list(argv), standalone_mode=False)
    except Rejected as rejected:
        say(render_findings(rejected.diagnostics, Findings.TEXT).rstrip("\n"))
        return max(1, status(rejected.diagnostics))
    except TyperException as fault:
        return _misuse(fault)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ModuleNotFoundError as fault:
        return _missing(fault)
    except Exception as fault:  # the last line of defence: our own failure must say so and leave with 3
        return _failed(fault)
    return outcome if isinstance(outcome, int) else 0


def _misuse(fault: TyperException) -> int:
    message = fault.format_message()
    if message.startswith("Usage: "):  # no arguments at all: the help page is the answer
        say(message)
        return 2
    context = getattr(fault, "ctx", None)
    command = context.command_path if context is not None else "gatewright"
    _tell(codes.MISUSE.at(None, message, hint=f"{command} --help"))
    return 2


def _missing(fault: ModuleNotFoundError) -> int:
    extra = EXTRAS.get((fault.name or "").partition(".")[0])
    if extra is None:
        return _failed(fault)
    message = f"this command needs the package {fault.name}"
    _tell(codes.NO_EXTRA.at(None, message, hint=f"pip install 'gatewright[{extra}]'"))
    return 2


def _failed(fault: Exception) -> int:
    traceback.print_exception(fault, file=sys.stderr)
    _tell(
        codes.OWN_FAILURE.at(None, f"{type(fault).__name__}: {fault}", hint="this is a bug; please report it")
    )
    return 3


def _tell(diagnostic: Diagnostic) -> None:
    say(render_findings([diagnostic], Findings.TEXT).rstrip("\n"))
