"""C# policy expressions: compiled once, run against a context as often as needed.

program = compile('@(context.Request.Headers.GetValueOrDefault("x-tenant", "none"))')
to_text(program.run(Context()))
"""

from gatewright.apim.expressions.context import (
    Api,
    Backend,
    Context,
    Deployment,
    Foundry,
    Gateway,
    Group,
    Headers,
    KeyNames,
    LastError,
    MessageBody,
    Operation,
    Parameters,
    Product,
    Request,
    Response,
    Subscription,
    Url,
    User,
    UserIdentity,
    Variables,
    Workspace,
)
from gatewright.apim.expressions.faults import PolicyException
from gatewright.apim.expressions.limits import Limits
from gatewright.apim.expressions.program import Program, compile
from gatewright.apim.expressions.results import eval_cases, to_bool, to_int, to_text, type_name
from gatewright.apim.expressions.values import Value

__all__ = [
    "Api",
    "Backend",
    "Context",
    "Deployment",
    "Foundry",
    "Gateway",
    "Group",
    "Headers",
    "KeyNames",
    "LastError",
    "Limits",
    "MessageBody",
    "Operation",
    "Parameters",
    "PolicyException",
    "Product",
    "Program",
    "Request",
    "Response",
    "Subscription",
    "Url",
    "User",
    "UserIdentity",
    "Value",
    "Variables",
    "Workspace",
    "compile",
    "eval_cases",
    "to_bool",
    "to_int",
    "to_text",
    "type_name",
]
