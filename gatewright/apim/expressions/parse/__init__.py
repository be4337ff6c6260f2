"""C# text to syntax tree. The only package that knows tree-sitter.

The grammar binds `?.` more loosely than C# does and reads `(x)["y"]` as a cast of a list;
both are put right here.
"""

from __future__ import annotations

from gatewright.apim.expressions import codes, tree
from gatewright.apim.expressions.extract import Extract
from gatewright.apim.expressions.parse import expressions, statements
from gatewright.apim.expressions.parse.reader import Reader
from gatewright.diagnostics import Rejected


def parse(text: Extract) -> tree.Expr | tree.Block:
    """The tree of an expression, or of the statements of a block.

    Raises:
        Rejected: EXP301 not C#, EXP302 a construct that is not interpreted, EXP309 too deep.
    """
    try:
        if text.block:
            return statements.whole_block(Reader(text))
        return expressions.whole_expression(Reader(text), text.code, 0)
    except RecursionError as fault:
        message = "the expression is nested too deeply"
        raise Rejected([text.fault(codes.TOO_COMPLEX, 0, 1, message)]) from fault
