"""`python -m benchmarks [NAME…]`: runs the benchmarks, all or some."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """Every benchmark: the modules of this package that have a `main`."""
    return sorted(info.name for info in pkgutil.iter_modules(benchmarks.__path__) if info.name[0] != "_")


def main(chosen: list[str]) -> int:
    """Runs benchmarks by name; 2 for a name that is none."""
    known = names()
    for name in chosen or known:
        if name not in known:
            print(f"no benchmark is called {name}; there are {', '.join(known)}", file=sys.stderr)
            return 2
    for name in chosen or known:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
