r"""Random operators, brackets and chains around a few variables: does the parser group them as C# does?

    GATEWRIGHT_TEST_DATA=... ORACLE_TOOLCHAIN=... ORACLE_CSC=... \
        python -m tests.apim.expressions.fuzz_syntax --seed 1 --count 2000

The grammar of the parser reads `(a) && b`, `a && b?.c > 1`, `a is B && c`, `F(a * b)` and `a < b >> 2`
otherwise than C#;
`parse/precedence.py` and `parse/chains.py` put that right, and this looks whether they do.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import microsoft
import tables

from gatewright.apim.expressions import eval_cases

GIVEN = (
    'int a = 5, b = 3, c = -2, i = 1; bool p = true, q = false; string s = "ab", t = "b"; object obj = 7; '
    "int? n = null; var xs = new[] { 4, 9 }; var o = new { N = 11, P = true }; "
    "Func<int, int> f = v => v + 1; "
    'var x = new { Y = new { N = 6 } }; var j = new JObject { ["k"] = 8 }; '
)
INTS = ("a", "b", "c", "xs[0]", "s.Length", "o.N", "3", "xs[i]", "(int)obj", "x.Y.N", "xs[(i) - 0]")
BOOLS = ("p", "q", "o.P", "s == t", "true", "obj is int", "s.Contains(t)", "obj is int == q")
TESTS = (
    "obj is Uri",
    "s is null",
    "obj is 7",
    "obj is System.Int32",
    "a is 5",
    "j is JObject",
    "b + 1 is 4",
    "obj as string == null",
    "c is 1 - 3",
    "xs is IEnumerable<int>",
)


@dataclass(frozen=True, slots=True)
class Source:
    """A source of expressions; the same seed gives the same ones."""

    random: random.Random

    def whole(self) -> str:
        """One policy expression."""
        kind = self.random.choice((self.number, self.truth, self.text, self.mixed, self.mixed))
        value = kind(self.random.choice((2, 3, 4)))
        return (
            f"@{{ {GIVEN}var r = {value}; return r; }}"
            if self.random.random() < 0.5
            else (f"@{{ {GIVEN}return {value}; }}")
        )

    def number(self, depth: int) -> str:
        """An `int`."""
        pick = self.random.choice
        if depth <= 0 or self.random.random() < 0.22:
            return self._wrapped(pick(INTS))
        one, two = self.number(depth - 1), self.number(depth - 1)
        match pick(("sum", "sum", "sum", "sum", "shift", "sign", "cast", "test", "call", "rest", "apply")):
            case "sum":
                return f"{one}{self._spaced(pick('+-*&|^'))}{two}"
            case "shift":
                return f"{one}{self._spaced(pick(('<<', '>>')))}2"
            case "sign":
                return f"{pick('-~+')}({one})" if one[0] in "-+~" else pick("-~+") + one
            case "cast":
                return f"(int)({one})" if one[0] in "-+" else f"(int){one}"
            case "test":
                return f"({self.truth(depth - 1)} ? {one} : {two})"
            case "call":
                return f"Math.Max({one}, {two})"
            case "rest":
                return f"({pick(('s?.Length', 'n', 'obj as int?'))} ?? {one})"
            case _:
                return f"f({one})"

    def truth(self, depth: int) -> str:
        """A `bool`."""
        return self._wrapped(self._truth(depth), 0.25)

    def _truth(self, depth: int) -> str:
        pick = self.random.choice
        if depth <= 0 or self.random.random() < 0.2:
            return pick(pick((BOOLS, TESTS)))
        one = self.truth(depth - 1)
        match pick(("and", "and", "not", "compare", "compare", "guard", "any", "test")):
            case "and":
                return f"{one}{self._spaced(pick(('&&', '||')))}{self.truth(depth - 1)}"
            case "not":
                return f"!{one}" if one.isalpha() or one in ("(p)", "(q)") else f"!({one})"
            case "compare":
                sides = [self._wrapped(self.number(depth - 1)) for _ in range(2)]
                return self._spaced(pick(("<", ">", "<=", ">=", "==", "!="))).join(sides)
            case "guard":
                return f"s?.Length{self._spaced(pick('<>'))}{self._wrapped(self.number(depth - 1))}"
            case "any":
                return f"xs.Any(y => y{self._spaced('<')}{self._wrapped('a')})"
            case _:
                return f"({one} ? {self.truth(depth - 1)} : {self.truth(depth - 1)})"

    def text(self, depth: int) -> str:
        """A `string`."""
        number = self.number(depth)
        return self.random.choice(
            (
                f"{self._wrapped('s')} + {self._wrapped(number)} + {self._wrapped('t')}",
                f'$"{{{self.number(0)}}}|{{({number})}}"',
                f'({self.truth(depth)}) ? {self._wrapped("s")} + "x" : {self._wrapped("t")}',
                f"string.Concat({self.truth(depth)}, {number}, {self._wrapped('s')})",
            )
        )

    def mixed(self, depth: int) -> str:
        """Something whose operators C# groups in an order of its own."""
        number, truth, pick = self.number(depth), self.truth(depth), self.random.choice
        last = pick(("j?.Count", "s?.Length", "(n ?? 2)", 'j?["k"]?.Value<int>()'))
        return pick(
            (
                f"{truth} ? {number} : {self.truth(depth - 1)} ? 1 : {self.number(depth - 1)}",
                f"{pick(('n', '(n)', '(s)?.Length'))} ?? s?.Length ?? {number}",
                f'(int)j["k"] {pick("+-*")} {number} {pick("+-*&")} (int)(j["k"])',
                f'(int?)j?["k"] {pick("+-*")} {self._wrapped("a")} {pick("+-*")} {last}',
                f"{truth} && obj is int z && z {pick('<>')} {number} || {self.truth(depth)}",
                f"xs.Where(w => {truth} || w > {self._wrapped('a')}).Sum(w => (w) {pick('+-*')} b)",
            )
        )

    def _wrapped(self, text: str, share: float = 0.35) -> str:
        return f"({text})" if self.random.random() < share else text

    def _spaced(self, operator: str) -> str:
        return f" {operator} " if self.random.random() < 0.7 else operator


def main() -> int:
    """Compares one batch; 1 when something differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000)
    given = parser.parse_args()
    source = Source(random.Random(given.seed))
    cases = [{"id": f"y{n}", "expression": source.whole(), "context": {}} for n in range(given.count)]
    data, toolchain = Path(os.environ["GATEWRIGHT_TEST_DATA"]), os.environ["ORACLE_TOOLCHAIN"]
    wanted, got = microsoft.ask(cases, data, toolchain), eval_cases(cases)
    rows = list(zip(cases, wanted, got, strict=True))
    wrong = [row for row in rows if tables.outcome(row[1]) != tables.outcome(row[2])]
    for case, theirs, ours in sorted(wrong, key=lambda row: len(row[0]["expression"]))[:20]:
        print(case["expression"].replace(GIVEN, ""), "\n   C#:", theirs, "\n   we:", ours)
    values = sum(bool(result["ok"]) for result in wanted)
    print(f"{len(cases)} compared, {values} have a value, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
