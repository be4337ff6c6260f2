from __future__ import annotations

import pytest

from gatewright.apim import codes, policyfile
from gatewright.apim.examples import EXAMPLES, Example
from gatewright.diagnostics import Code

CODES = sorted(item.code for item in vars(codes).values() if isinstance(item, Code))


def found(text: str, example: Example, code: str) -> set[str]:
    kind = "document" if code == "POL208" else None
    known, scope, tier = example.known, example.scope, example.tier
    return {i.code for i in policyfile.check(text, "x.xml", kind=kind, scope=scope, tier=tier, known=known)}


@pytest.mark.parametrize("code", CODES)
def test_each_code_of_what_azure_refuses_has_an_example_that_has_it(code: str) -> None:
    example = EXAMPLES[code]
    assert code in found(example.bad, example, code)
    assert code not in found(example.good, example, code)


def test_there_are_no_other_examples() -> None:
    assert sorted(EXAMPLES) == CODES
