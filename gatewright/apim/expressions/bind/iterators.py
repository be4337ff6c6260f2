"""Iterators: local functions with `yield`, whose statements are generators beside the plain closures.

A generator of a statement yields the elements and returns the signal that the closure would give.

Source: C# language specification, 15.14 "Iterators", 13.15 "The yield statement".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import tries, walk
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Code, Frame
from gatewright.apim.expressions.bind.jumps import follow
from gatewright.apim.expressions.bind.scope import Label, Scope
from gatewright.apim.expressions.faults import NetError
from gatewright.apim.expressions.types import Ty
from gatewright.apim.expressions.values import Lazy, Value

if TYPE_CHECKING:
    from gatewright.apim.expressions.bind.statements import Function, Step

Gen = Callable[[Frame], Generator[Value, None, Any]]
END = "end of the iterator"


def element(b: Binder, node: tree.LocalFunction, result: Ty) -> Ty | None:
    """The element type of a local function that yields; None for one that does not.

    Raises:
        Rejected: EXP310 when the function cannot be an iterator.
    """
    if not walk.holds(node.body, tree.Yield, into_functions=False):
        return None
    if result.name not in ("IEnumerable", "IEnumerator"):
        b.fail(codes.INVALID, node, f"a function with yield gives an IEnumerable, not {result.show()}")
    if any(p.mode for p in node.parameters):
        b.fail(codes.INVALID, node, "a function with yield takes no ref, out or in parameters")
    return result.args[0] if result.args else t.OBJECT


def yield_(b: Binder, scope: Scope, node: tree.Yield, function: Function) -> Step:
    """`yield return value;` and `yield break;`."""
    from gatewright.apim.expressions.bind import expressions, jumps
    from gatewright.apim.expressions.bind.statements import Step

    if function.element is None:
        b.fail(codes.INVALID, node, "yield may only stand in a local function that gives an IEnumerable")
    jumps.stay(b, node, function)
    if node.value is None:
        return Step(lambda f: END, False)
    if function.catching:
        b.fail(codes.INVALID, node, "yield return may not stand in a try that has a catch, nor in a catch")
    code = expressions.bind_to(b, scope, node.value, function.element).code

    def give(f: Frame) -> Generator[Value, None, None]:
        yield code(f)

    return Step(_unused, True, give)


def _unused(f: Frame) -> object:
    raise AssertionError("an iterator runs as a generator")


def sequence(ty: Ty, gen: Gen) -> Code:
    """The body of an iterator: each enumeration starts anew, with the arguments as they were given."""
    from gatewright.apim.expressions.library.enumerators import cursor

    def make(f: Frame) -> Value:
        start = list(f)
        found = Lazy(ty, lambda: gen(list(start)))
        return found if ty.name == "IEnumerable" else cursor(ty, found)

    return make


# --------------------------------------------------------------------------- statements


def of(step: Step) -> Gen:
    """The generator of a statement, also of one without `yield`."""
    if step.gen is not None:
        return step.gen
    code = step.code

    def run(f: Frame) -> Generator[Value, None, Any]:
        yield from ()
        return code(f)

    return run


def row(steps: Sequence[Step], places: dict[Label, int]) -> Gen | None:
    """Statements in a row; None when none of them yields."""
    if all(step.gen is None for step in steps):
        return None
    parts = [(step.code, step.gen) for step in steps]

    def run(f: Frame) -> Generator[Value, None, Any]:
        at: int | None = 0
        signal: object = None
        while at is not None and at < len(parts):
            code, gen = parts[at]
            signal = code(f) if gen is None else (yield from gen(f))
            at = at + 1 if signal is None else follow(f, signal, places)
        return signal

    return run


def branch(test: Code, yes: Step, no: Step | None) -> Gen | None:
    """`if`."""
    if yes.gen is None and (no is None or no.gen is None):
        return None
    first, second = of(yes), None if no is None else of(no)

    def run(f: Frame) -> Generator[Value, None, Any]:
        if test(f):
            return (yield from first(f))
        return None if second is None else (yield from second(f))

    return run


def loop(test: Code, body: Gen | None, update: Code | None = None, first: bool = False) -> Gen | None:
    """`while`, `do` and `for` behind its start."""
    if body is None:
        return None
    turn = body

    def run(f: Frame) -> Generator[Value, None, Any]:
        skip = first
        while skip or test(f):
            skip = False
            f[0].tick()
            signal = yield from turn(f)
            if signal is not None and signal != "continue":
                return None if signal == "break" else signal
            if update is not None:
                update(f)
        return None

    return run


def after(start: Code, gen: Gen | None) -> Gen | None:
    """Something that runs before the rest."""
    if gen is None:
        return None
    rest = gen

    def run(f: Frame) -> Generator[Value, None, Any]:
        signal = start(f)
        return (yield from rest(f)) if signal is None else signal

    return run


def each(items: Callable[[Frame], Iterable[Frame]], body: Gen | None) -> Gen | None:
    """`foreach`: the frame of each turn, its variable set."""
    if body is None:
        return None
    turn = body

    def run(f: Frame) -> Generator[Value, None, Any]:
        for g in items(f):
            signal = yield from turn(g)
            if signal is not None and signal != "continue":
                return None if signal == "break" else signal
        return None

    return run


def fresh(gen: Gen | None, frame: Callable[[Frame], Frame]) -> Gen | None:
    """A body in a frame of its own."""
    if gen is None:
        return None
    inner = gen
    return lambda f: inner(frame(f))


def guarded(body: Step, last: Code) -> Gen | None:
    """`try` with `finally`, which also runs when nobody asks for more elements."""
    if body.gen is None:
        return None
    gen = body.gen

    def run(f: Frame) -> Generator[Value, None, Any]:
        try:
            signal = yield from gen(f)
        except (NetError, GeneratorExit) as end:
            if isinstance(end, NetError):
                tries.settle(f, end)
            last(f)
            raise
        last(f)
        return signal

    return run
