"""Policy expressions: compiling, and evaluations a second on one core."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

from gatewright.apim.expressions import Context, MessageBody, compile

TYPICAL = """@{
    var body = context.Request.Body.As<JObject>(preserveContent: true);
    var model = (string)body["model"] ?? "none";
    if (string.IsNullOrEmpty(model) || model.Length > 64) { return "unknown"; }
    var parts = model.Split('-');
    return string.Join("/", parts.Select(p => p.ToLower())) + ":" + context.Subscription?.Id;
}"""
MEDIAN = '@(context.Request.Headers.GetValueOrDefault("X-Tenant", "none"))'
FIELD = '@((string)context.Request.Body.As<JObject>(preserveContent: true)["model"])'
BALANCING = """@{
    JArray backends = (JArray)context.Variables["backends"];
    int selected = -1;
    int best = int.MaxValue;
    var now = DateTime.UtcNow;
    for (int i = 0; i < backends.Count; i++)
    {
        JObject backend = (JObject)backends[i];
        bool throttling = (bool)backend["isThrottling"];
        if (throttling && now >= (DateTime)backend["retryAfter"])
        {
            throttling = false;
        }
        if (throttling)
        {
            continue;
        }
        int priority = (int)backend["priority"];
        if (priority < best)
        {
            best = priority;
            selected = i;
        }
    }
    return selected;
}"""


def sample() -> Context:
    """A request with a JSON body of 1 KB and a list of backends."""
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x" * 880}], "stream": False, "n": 1}
    backends = [
        {
            "url": f"https://b{n}.example.org",
            "priority": n,
            "isThrottling": n < 2,
            "retryAfter": "2024-01-01T00:00:00Z",
        }
        for n in range(4)
    ]
    case = {"variables": {"backends": backends}, "request": {"headers": {"X-Tenant": "retail"}}}
    context = Context.from_case(case)
    context.request.body = MessageBody(json.dumps(body).encode())
    return context


def rate(work: Callable[[], object], seconds: float = 1.0) -> float:
    """How often something runs in a second of CPU."""
    count = 0
    began = time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for _ in range(100):
            work()
        count += 100
    return count / spent


def main() -> None:
    """Prints the table."""
    context = sample()
    compile(TYPICAL)
    print(f"{'compile, 300 characters':<34} {1000 / rate(lambda: compile(TYPICAL)):8.2f} ms")
    for name, source in (
        ("a header with a default", MEDIAN),
        ("a field of a 1 KB JSON body", FIELD),
        ("load balancing, 25 lines", BALANCING),
    ):
        program = compile(source)
        print(f"{name:<34} {rate(partial(program.run, context)):8,.0f} /s")
