"""`python -m tests.apim.mutations [COUNT [SEED]]`: mutated documents; 1 when fewer than 99 % are found."""

from __future__ import annotations

import sys

from gatewright.apim import policyfile
from tests.apim.mutations.running import SEED, mutations, table, tally

LEAST = 0.99


def main(words: list[str]) -> int:
    """Prints a table by operator, and the first misses."""
    count, seed = (int(words[0]) if words else 6000), (int(words[1]) if len(words) > 1 else SEED)
    result = tally(mutations(count, seed))
    print(f"seed {seed}")
    print("\n".join(table(result)))
    for name, row in result.items():
        for missed in row.missed[:3]:
            seen = [(str(item.span), item.code) for item in policyfile.check(missed.text, "x")]
            wanted = sorted(missed.positions())
            print(f"\nmissed: {name} in {missed.document}: wanted {wanted}; found {seen[:4]}")
    made, found = sum(row.made for row in result.values()), sum(row.found for row in result.values())
    return 0 if found / made >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
