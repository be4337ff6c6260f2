"""`bicep build` where a compiler is installed: its diagnostics as ours.

The standalone CLI (`bicep`) and Azure CLI's (`az bicep`) both write one diagnostic per line to stderr:
`<file>(<line>,<column>) : <Error|Warning|Info> <code>: <text>`; the template goes to stdout and is
not kept.

Source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-cli (2026-08);
Azure/bicep 9beb0fee, src/Bicep.Cli/Logging/DiagnosticLogger.cs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gatewright.diagnostics import Diagnostic, Span
from gatewright.infra import codes

SECONDS = 300
_LINE = re.compile(
    r"(?P<file>.+?)\((?P<line>\d+),(?P<column>\d+)\) : (?P<level>\w+) (?P<code>[^:\s]+): (?P<text>.*)"
)


def compiler(environment: Mapping[str, str]) -> list[str] | None:
    """The command that builds, without the file; None where no compiler is installed."""
    path = environment.get("PATH", os.defpath)
    bicep = shutil.which("bicep", path=path)
    if bicep is not None:
        return [bicep, "build", "--stdout"]
    az = shutil.which("az", path=path)
    if az is not None and (Path(environment.get("HOME", "/")) / ".azure/bin/bicep").is_file():
        return [az, "bicep", "build", "--stdout", "--file"]
    return None


def check_build(
    root: Path, main: str, command: Sequence[str], environment: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """What the compiler says about a file and its modules.

    Args:
        root: the repository, absolute.
        main: the file, relative to it.
        command: the compiler.
        environment: what it is run with.
    """
    try:
        done = subprocess.run(
            [*command, main],
            cwd=root,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        yield codes.BUILD_ERROR.at(Span(main), f"the compiler did not answer ({type(fault).__name__})")
        return
    found = list(_read(root, done.stderr))
    yield from found
    if done.returncode and not any(item.is_error for item in found):
        said = next((line for line in done.stderr.splitlines() if line.strip()), "nothing")
        yield codes.BUILD_ERROR.at(Span(main), f"the compiler ended with {done.returncode}: {said[:200]}")


def _read(root: Path, said: str) -> Iterator[Diagnostic]:
    for line in said.splitlines():
        match = _LINE.match(line.strip())
        if match is None or match["level"].lower() == "info":
            continue
        path = Path(match["file"].removeprefix("file://"))
        shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        code = codes.BUILD_ERROR if match["level"].lower() == "error" else codes.BUILD_WARNING
        place = Span(shown, int(match["line"]), int(match["column"]))
        yield code.at(place, f"{match['text']} ({match['code']})")
