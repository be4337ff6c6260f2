"""From text to a program, and running it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.bind import assigned, expressions, statements
from gatewright.apim.expressions.bind.binder import Binder
from gatewright.apim.expressions.bind.bound import Code
from gatewright.apim.expressions.bind.conversions import Conversions
from gatewright.apim.expressions.bind.scope import FIRST_SLOT, FrameScope, Scope
from gatewright.apim.expressions.context import Context
from gatewright.apim.expressions.extract import extract
from gatewright.apim.expressions.faults import Exceeded, Interrupted, NetError, PolicyException
from gatewright.apim.expressions.library import library
from gatewright.apim.expressions.library.runtime import conversions
from gatewright.apim.expressions.limits import DEFAULT, Limits, Run
from gatewright.apim.expressions.parse import parse
from gatewright.apim.expressions.values import Value, box
from gatewright.apim.expressions.watchdog import WATCHDOG
from gatewright.diagnostics import Rejected, Span


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression. It keeps no state: any number of threads and requests may run it.

    Attributes:
        source: the text it was compiled from.
        size: how many local variables it has.
        reads_elapsed: whether it may read `context.Elapsed`, which then has to be set.
    """

    source: str
    size: int
    code: Code
    reads_elapsed: bool = False

    def run(self, context: Context, *, limits: Limits = DEFAULT) -> Value:
        """The value of the expression, boxed: a value that carries its .NET type (see `type_name`).

        Args:
            context: the request; bodies that the expression reads without `preserveContent` are consumed.
            limits: the budget of this evaluation.

        Raises:
            PolicyException: the .NET exception that ended it, or the limit that it exceeded.
        """
        run = Run(context, limits)
        try:
            return WATCHDOG.call(run, self.code, [run, None, *[None] * self.size])
        except NetError as fault:
            raise PolicyException(fault.kind, fault.message) from fault
        except Exceeded as fault:
            raise PolicyException(fault.kind, fault.message) from fault
        except RecursionError as fault:
            raise PolicyException("DepthLimitExceeded", "the evaluation is nested too deeply") from fault
        except MemoryError as fault:
            raise PolicyException("OutOfMemoryException", "the evaluation needs too much memory") from fault
        except Interrupted:
            raise
        except Exception as fault:
            # a fault of the interpreter itself: one evaluation fails, and the caller's log shows why
            message = f"the interpreter failed: {type(fault).__name__}: {fault}"
            raise PolicyException("InterpreterFault", message) from fault


def compile(
    source: str,
    *,
    origin: Span | None = None,
    strict: bool = True,
    trace: Callable[[str, object], None] | None = None,
) -> Program:
    """A program from `@(...)` or `@{...}`, as the text stands after XML decoding.

    Args:
        source: the expression with its `@` and brackets.
        origin: where the text begins, for diagnostics.
        strict: refuse what API Management does not allow; False for comparing with .NET itself.
        trace: told of each step while the program runs: its C# text, and its value or exception.

    Raises:
        Rejected: EXP300 to EXP311.
    """
    text = extract(source, origin)
    found = parse(text)
    told = None if trace is None else lambda at, end, value: trace(text.code[at:end], value)
    b = Binder(text, library(), conversions(), strict, told)
    frame = FrameScope()
    scope = Scope(frame)
    try:
        code = _bind(b, scope, found)
        if b.unassigned:
            assigned.check(b, found)
    except RecursionError as fault:
        message = "the expression is nested too deeply"
        raise Rejected([text.fault(codes.TOO_COMPLEX, 0, 1, message)]) from fault
    except NetError as fault:  # constants are computed while they are bound
        message = f"a constant cannot be computed: {fault.message}"
        raise Rejected([text.fault(codes.INVALID, 0, len(text.code), message)]) from fault
    return Program(source, frame.size - FIRST_SLOT, code, "Elapsed" in source)


def _bind(b: Binder, scope: Scope, found: tree.Expr | tree.Block) -> Code:
    if isinstance(found, tree.Block):
        return statements.program(b, scope, found)
    value = b.value(expressions.bind(b, scope, found))
    if value.ty is t.NULL:
        return value.code
    if value.ty is t.NEVER:
        b.fail(codes.INVALID, found, "throw may not stand here")
    code, wrap = value.code, box(value.ty)
    if wrap is not None:
        return lambda f: wrap(code(f))
    return code


__all__ = ["Conversions", "Program", "compile"]
