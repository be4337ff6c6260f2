"""The comparison oracle with Microsoft's own compiler (C# 7.3) in place of mcs, which lacks much of C# 7.

`microsoft_compiler.sh FOLDER` fills the folder that the variable ORACLE_CSC names. The class library that
compiled code runs on is the oracle's.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

RUNTIME = {
    "runtimeOptions": {
        "tfm": "netcoreapp3.1",
        "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
    }
}


def installed() -> bool:
    """Whether the compiler is here."""
    return Path(os.environ.get("ORACLE_CSC", "/nowhere"), "csc.dll").is_file()


def ask(cases: list[dict[str, Any]], test_data: Path, toolchain: str) -> list[dict[str, Any]]:
    """The oracle's results, in order."""
    oracle: Any = _oracle(test_data)
    oracle.Builder = _builder(oracle, Path(os.environ["ORACLE_CSC"]))
    oracle.LOCAL_FN = re.compile(r"(?!x)x")  # local functions stay where they are
    results: list[dict[str, Any]] = oracle.evaluate(cases, oracle.Toolchain(toolchain))
    return results


def _oracle(test_data: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("oracle", test_data / "oracle" / "oracle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _builder(oracle: ModuleType, csc: Path) -> type:
    class Builder(oracle.Builder):  # type: ignore[misc, name-defined]
        """Compiles with csc against the same assemblies as mcs does."""

        def __init__(self, tc: Any, profile: str, work: str) -> None:
            super().__init__(tc, profile, work)
            folder = Path(self.dir)
            refs = [ref for ref in tc.refs(profile) if ref not in ("-nostdlib", "-noconfig")]
            if profile != "core":
                refs = ["-lib:/usr/lib/mono/4.5", "-r:mscorlib.dll", *refs]
            (folder / "refs.rsp").write_text("\n".join(refs), encoding="utf-8")
            runtime = folder / "csc.json"
            runtime.write_text(json.dumps(RUNTIME), encoding="utf-8")
            start = ["env", *tc.runtime_env(), tc.dotnet, "exec", "--runtimeconfig", str(runtime)]
            given = ["-langversion:7.3", "-warn:0", "-nologo", "-nostdlib", "-noconfig", "-debug-"]
            refer = [f"@{folder / 'refs.rsp'}", f"-r:{folder / 'Newtonsoft.Json.dll'}"]
            self.base = [*start, str(csc / "csc.dll"), *given, *refer]

    return Builder
