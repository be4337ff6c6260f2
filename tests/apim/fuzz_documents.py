"""Coverage-guided fuzzing of the whole check of a policy file: decode, read, validate, lint, write. By hand.

    pip install atheris
    python -m tests.apim.fuzz_documents --seconds 300

Any exception, a finding without a code or outside the text, a document that does not survive being written,
an input that takes more than ten seconds, and memory above 2 GB end the run; the input that did it is left in
the folder of inputs as `crash-…`, and `python -m tests.apim.fuzz_documents crash-…` shows it again.
Inputs are kept in the folder, so that the next run begins where this one ended.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gatewright.apim"]):
    from tests.apim.lint.test_fuzz import PIECES, check

from gatewright.diagnostics import Rejected
from gatewright.diagnostics.yaml import decode
from tests.apim.mutations.corpus import documents

KINDS = (None, "policies", "fragment", "document", "snippet")
SCOPES = (None, "global", "product", "api", "operation")
TIERS = (None, "Consumption", "BasicV2", "Premium")


def one_input(data: bytes) -> None:
    """One file: a byte that chooses kind, scope and tier, then what stands in it."""
    choice, data = data[:1] or b"\0", data[1:]
    try:
        text = decode(data, "x.xml")
    except Rejected:
        return
    kind, rest = KINDS[choice[0] % 5], choice[0] // 5
    scope, tier = SCOPES[rest % 5], TIERS[rest // 5 % 4]
    check(text, kind=kind, scope=scope, tier=tier)


def main() -> None:
    """Runs until the time is over, or something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", nargs="?", type=Path, help="a folder of inputs, or one input")
    parser.add_argument("--seconds", type=int, default=300)
    given = parser.parse_args()
    inputs = given.inputs or Path(tempfile.mkdtemp(prefix="fuzz-documents-"))
    flags = [f"-max_total_time={given.seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=65536"]
    if not inputs.is_file():
        inputs.mkdir(parents=True, exist_ok=True)
        for number, (_, text) in enumerate(documents()):
            (inputs / f"seed-{number:04}").write_bytes(b"\0" + text.encode())
        words = inputs.with_name(f"{inputs.name}.dict")
        escaped = ("".join(f"\\x{byte:02x}" for byte in piece.encode("utf-8", "replace")) for piece in PIECES)
        words.write_text("".join(f'"{piece}"\n' for piece in escaped))
        flags += [f"-dict={words}", f"-artifact_prefix={inputs}/"]
    print(f"inputs: {inputs}", file=sys.stderr)
    atheris.Setup([sys.argv[0], *flags, str(inputs)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
