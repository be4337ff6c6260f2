"""Kinds of damage to a Bicep file: each takes a text and yields the texts that it can be turned into."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from gatewright.diagnostics import Span
from gatewright.infra.bicep import (
    Array,
    Call,
    Choice,
    Declaration,
    Expression,
    Lambda,
    Loop,
    Member,
    Name,
    Object,
    Operation,
    Text,
    walk,
)
from gatewright.infra.parse import parse

Edits = Iterator[tuple[int, str]]
"""Line (1-based) and the new text of the whole file."""


def _cut(text: str, span: Span, new: str) -> str:
    line, column = span.line, span.column
    end_line, end_column = span.end_line, span.end_column
    lines = text.encode().split(b"\n")
    start = sum(len(item) + 1 for item in lines[: line - 1]) + column - 1
    end = sum(len(item) + 1 for item in lines[: end_line - 1]) + end_column - 1
    raw = text.encode()
    return (raw[:start] + new.encode() + raw[end:]).decode()


def _misspelt(name: str) -> str:
    middle = max(1, len(name) // 2)
    return name[:middle] + "q" + name[middle:]


def _expressions(text: str, file: str) -> Iterator[tuple[Declaration, Expression]]:
    for item in parse(text, file).declarations:
        for value in walk(item.value) if item.value is not None else ():
            yield item, value


def _line_edits(text: str, pattern: str, change: Callable[[list[str], int], list[str]]) -> Edits:
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if re.search(pattern, line):
            yield index + 1, "\n".join(change(list(lines), index))


def brace(text: str, file: str) -> Edits:
    """A closing brace or bracket is lost."""

    def drop(lines: list[str], index: int) -> list[str]:
        return [*lines[:index], *lines[index + 1 :]]

    yield from _line_edits(text, r"^\s*[}\]]\s*$", drop)


def joined(text: str, file: str) -> Edits:
    """Two properties stand on one line."""

    def join(lines: list[str], index: int) -> list[str]:
        return [*lines[:index], f"{lines[index]} {lines[index + 1].strip()}", *lines[index + 2 :]]

    lines = text.split("\n")
    for number, new in _line_edits(text, r"^\s+\w+: [^{\[(]+$", join):
        if number < len(lines) and re.match(r"\s+\w+: ", lines[number]):
            yield number, new


def symbol(text: str, file: str) -> Edits:
    """The use of a symbol is misspelt."""
    for _, value in _expressions(text, file):
        if isinstance(value, Name):
            yield value.span.line, _cut(text, value.span, _misspelt(value.name))


def function(text: str, file: str) -> Edits:
    """A function loses its arguments but one, or has one too many."""
    for _, value in _expressions(text, file):
        if (
            isinstance(value, Call)
            and value.of is None
            and value.function not in ("concat", "guid", "uniqueString")
        ):
            lines = text.split("\n")
            whole = lines[value.span.line - 1]
            if value.span.end_line == value.span.line and value.arguments:
                call = whole.encode()[value.span.column - 1 : value.span.end_column - 1].decode()
                extra = ", 'a', 'b', 'c')"
                if value.function not in ("union", "resourceId", "subscriptionResourceId"):
                    yield value.span.line, _cut(text, value.span, call[:-1] + extra)
            yield value.span.line, _cut(text, value.span, f"{_misspelt(value.function)}()")


def module_path(text: str, file: str) -> Edits:
    """The path of a module or of a loaded file is wrong."""
    found = parse(text, file)
    for item in found.of("module"):
        if item.target_span is not None:
            yield item.span.line, _cut(text, item.target_span, f"'{_misspelt(item.target)}'")
    for _, value in _expressions(text, file):
        if (
            isinstance(value, Call)
            and value.function.startswith("load")
            and isinstance(value.arguments[0], Text)
        ):
            target = value.arguments[0].literal or ""
            yield value.span.line, _cut(text, value.arguments[0].span, f"'{_misspelt(target)}'")


def _arguments(text: str, file: str) -> Iterator[tuple[Text, Expression]]:
    for item in parse(text, file).of("module"):
        params = item.body.get("params") if item.body else None
        for entry in params.entries if isinstance(params, Object) else ():
            yield entry.key, entry.value


def argument_lost(text: str, file: str) -> Edits:
    """A module is not given a parameter that it requires."""
    for key, value in _arguments(text, file):
        lines = text.split("\n")
        yield key.span.line, "\n".join([*lines[: key.span.line - 1], *lines[value.span.end_line :]])


def argument_name(text: str, file: str) -> Edits:
    """A parameter of a module is misspelt."""
    for key, _ in _arguments(text, file):
        yield key.span.line, _cut(text, key.span, _misspelt(key.literal or ""))


def output(text: str, file: str) -> Edits:
    """An output that a module does not have is used."""
    for _, value in _expressions(text, file):
        if isinstance(value, Member) and isinstance(value.of, Member) and value.of.name == "outputs":
            yield value.span.line, _cut(text, value.span, _misspelt(value.name))


def version(text: str, file: str) -> Edits:
    """The type or the API version of a resource does not exist."""
    for item in parse(text, file).of("resource"):
        name, _, dated = item.target.partition("@")
        if item.target_span is not None:
            yield item.span.line, _cut(text, item.target_span, f"'{name}@2019-13-01'")
            yield item.span.line, _cut(text, item.target_span, f"'{_misspelt(name)}@{dated}'")


def _bodies(text: str, file: str) -> Iterator[tuple[Declaration, Object]]:
    for item in parse(text, file).of("resource"):
        if item.body is not None:
            yield item, item.body


def property_name(text: str, file: str) -> Edits:
    """A property of a resource is misspelt."""
    for _, body in _bodies(text, file):
        for value in walk(body):
            for entry in value.entries if isinstance(value, Object) else ():
                if entry.name is not None and re.fullmatch(r"\w+", entry.name):
                    yield entry.key.span.line, _cut(text, entry.key.span, _misspelt(entry.name))


def wrong_value(text: str, file: str) -> Edits:
    """A value has another type, or is not among those that Azure names."""
    for _, body in _bodies(text, file):
        for value in walk(body):
            for entry in value.entries if isinstance(value, Object) else ():
                found = entry.value
                if isinstance(found, Text) and found.literal in _ENUMERATED:
                    yield found.span.line, _cut(text, found.span, f"'{_misspelt(found.literal or '')}'")
                elif isinstance(found, Text) and entry.name not in ("value", "content"):
                    yield found.span.line, _cut(text, found.span, "[]")


_ENUMERATED = frozenset(
    "Enabled Disabled Allow Deny Inbound ServicePrincipal Standard Regional Static IPv4 PerGB2018 Analytics "
    "UserAssigned Single http Startup Liveness Readiness Secret AzureFile ReadWrite SMB LogAnalytics "
    "PrivateOnly Open A standard StorageV2 Standard_ZRS TLS1_2 Delete Encrypted EnterpriseCluster "
    "NoEviction LogAlert Count "
    "GreaterThan Blocking Balanced_B0 NoAutoUpgrade Prompt Medium High".split()
)


def secret(text: str, file: str) -> Edits:
    """A secret stands in an output."""
    secured = [item.name for item in parse(text, file).of("param") if item.decorator("secure")]
    for name in secured:
        yield 1, f"{text}\n@description('Leaked.')\noutput leaked string = {name}\n"
        yield 1, f"{text}\n@description('Leaked.')\noutput leaked string = 'key ${{{name}}}'\n"
    for item in parse(text, file).of("resource"):
        if not isinstance(item.value, Object):
            continue
        yield 1, f"{text}\n@description('Leaked.')\noutput leaked object = {item.name}.listKeys()\n"


def runtime(text: str, file: str) -> Edits:
    """A name is asked for that only the deployment knows."""
    symbols = [item.name for item in parse(text, file).of("module") if isinstance(item.value, Object)]
    for item in parse(text, file).declarations:
        name = item.body.get("name") if item.kind in ("resource", "module") and item.body else None
        others = [symbol for symbol in symbols if symbol != item.name]
        if name is not None and others:
            yield name.span.line, _cut(text, name.span, f"string({others[0]}.outputs)")


def loop(text: str, file: str) -> Edits:
    """A loop stands where the compiler takes none: in an array, or in a property of a variable."""
    for item in parse(text, file).of("var"):
        if isinstance(item.value, Array) and item.value.items:
            first = item.value.items[0]
            yield first.span.line, _cut(text, first.span, "[for one in []: one]")
        if isinstance(item.value, Object) and item.value.entries:
            first = item.value.entries[0].value
            yield first.span.line, _cut(text, first.span, "[for one in []: one]")


def null(text: str, file: str) -> Edits:
    """What is deployed only sometimes is used as if it always were."""
    for match in re.finditer(r"!(?=\.\w)", text):
        yield text.count("\n", 0, match.start()) + 1, text[: match.start()] + text[match.end() :]


def read(text: str, file: str) -> Edits:
    """A property that a resource does not have is read."""
    own = {item.name for item in parse(text, file).of("resource") if not isinstance(item.value, Loop)}
    for _, value in _expressions(text, file):
        if isinstance(value, Member) and isinstance(value.of, Name) and value.of.name in own:
            yield value.span.line, _cut(text, value.span, _misspelt(value.name))
        if isinstance(value, Member) and isinstance(value.of, Member) and value.of.name == "properties":
            yield value.span.line, _cut(text, value.span, _misspelt(value.name))


def style(text: str, file: str) -> Edits:
    """What Bicep's linter warns of: needless quotes, a host of one cloud, an interpolation of one text."""
    for _, value in _expressions(text, file):
        if isinstance(value, Object):
            for entry in value.entries:
                span = entry.key.span
                if entry.name is not None and re.fullmatch(r"[a-z]\w*", entry.name):
                    bare = span.end_column - span.column == len(entry.name)
                    if bare:
                        yield span.line, _cut(text, span, f"'{entry.name}'")
                if entry.name == "location" and isinstance(entry.value, Name):
                    yield span.line, _cut(text, entry.value.span, f"'${{{entry.value.name}}}'")
    yield 1, f"{text}\n@description('Idle.')\ntype idle = {{\n  a: string\n}}\n"
    yield 1, f"{text}\n@description('Leak.')\noutput leak string = 'https://login.microsoftonline.com/'\n"


def kind(text: str, file: str) -> Edits:
    """A value that a file works out has another type: a text where a truth value is wanted, and the like."""
    for item, value in _expressions(text, file):
        match value:
            case Choice(condition=Name() as name):
                yield name.span.line, _cut(text, name.span, "'on'")
            case Operation(operator="!", operands=(Name() as name,)):
                yield name.span.line, _cut(text, name.span, "3")
            case Call(function=function, of=None, arguments=(Name() as name, *_)) if function in _TAKES_TEXT:
                yield name.span.line, _cut(text, name.span, "true")
            case Loop(source=Name() as name) if item.kind != "var":
                yield name.span.line, _cut(text, name.span, "'many'")
            case _:
                pass


_TAKES_TEXT = frozenset({"empty", "join", "replace", "toLower"})


def item_property(text: str, file: str) -> Edits:
    """A property of an item of a list, of a loaded file or of a typed parameter is misspelt."""
    for item in parse(text, file).declarations:
        for value in walk(item.value) if item.value is not None else ():
            if not isinstance(value, Loop | Lambda):
                continue
            for inner in walk(value.body):
                if isinstance(inner, Member) and isinstance(inner.of, Name) and inner.of.name in value.names:
                    yield inner.span.line, _cut(text, inner.span, _misspelt(inner.name))
    for _, value in _expressions(text, file):
        if isinstance(value, Member) and isinstance(value.of, Name) and value.of.name == "abbrs":
            yield value.span.line, _cut(text, value.span, _misspelt(value.name))


def limits(text: str, file: str) -> Edits:
    """A parameter of a module takes less than what it is given may be."""
    for match in re.finditer(r"@(maxLength|maxValue)\((\d+)\)\n", text):
        if "modules/" in file and "= " not in text[match.end() :].split("\n")[0]:
            line = text.count("\n", 0, match.start()) + 1
            yield line, f"{text[: match.start(2)]}2{text[match.end(2) :]}"


def circle(text: str, file: str) -> Edits:
    """A variable or resource needs itself."""
    for item in parse(text, file).of("var"):
        if item.value is not None and not isinstance(item.value, Loop):
            yield item.span.line, _cut(text, item.value.span, f"[{item.name}]")
    for item in parse(text, file).of("resource"):
        tags = item.body.get("tags") if item.body else None
        if tags is not None:
            yield tags.span.line, _cut(text, tags.span, f"{{\n    x: {item.name}.id\n  }}")


def one_name(text: str, file: str) -> Edits:
    """Two modules are deployed under one name, or each turn of a loop under the same."""
    found = parse(text, file)
    named = [
        (item, name)
        for item in (*found.of("module"), *found.of("resource"))
        if item.body is not None and (name := item.body.get("name")) is not None and not item.existing
    ]
    plain = [(m, name) for m, name in named if m.kind == "module" and isinstance(m.value, Object)]
    for (one, _), (_, name) in pairwise(plain):
        other = one.body.get("name") if one.body else None
        if isinstance(other, Text) and other.literal is not None:
            yield name.span.line, _cut(text, name.span, f"'{other.literal}'")
    for item, name in named:
        if isinstance(item.value, Loop):
            yield name.span.line, _cut(text, name.span, "'same'")


def scope(text: str, file: str) -> Edits:
    """A module or resource is deployed where it is not for, or a file says another scope."""
    for item in parse(text, file).of("module"):
        given = item.body.get("scope") if item.body else None
        if given is not None:
            yield given.span.line, _cut(text, given.span, "subscription()")
            yield given.span.line, _cut(text, given.span, "true ? group : group")
    if "targetScope" not in text and "resource " in text:
        yield 1, f"targetScope = 'subscription'\n{text}"


def decorator(text: str, file: str) -> Edits:
    """A decorator stands where it cannot."""
    for item in parse(text, file).declarations:
        before = text.split("\n")
        line = item.span.line - 1
        if item.kind in _MISPLACED:
            yield line + 1, "\n".join([*before[:line], _MISPLACED[item.kind], *before[line:]])
        if item.kind == "param" and item.type == "bool":
            yield line + 1, "\n".join([*before[:line], "@maxLength(3)", *before[line:]])


_MISPLACED = {
    "var": "@secure()",
    "output": "@allowed([1])",
    "resource": "@minLength(1)",
    "type": "@batchSize(2)",
}


def comma(text: str, file: str) -> Edits:
    """A line ends in a comma, as in JSON."""
    lines = text.split("\n")
    for index, line in enumerate(lines[:-1]):
        following = lines[index + 1]
        if re.match(r"    +\w+: [\w.]+$", line) and re.match(r"    +\w+: [\w.]+$", following):
            yield index + 1, "\n".join([*lines[:index], f"{line},", *lines[index + 1 :]])


KINDS: dict[str, Callable[[str, str], Edits]] = {
    "brace": brace,
    "joined": joined,
    "symbol": symbol,
    "function": function,
    "module path": module_path,
    "argument lost": argument_lost,
    "argument name": argument_name,
    "output": output,
    "type or version": version,
    "property": property_name,
    "value": wrong_value,
    "secret": secret,
    "runtime": runtime,
    "loop": loop,
    "null": null,
    "style": style,
    "read": read,
    "kind": kind,
    "item property": item_property,
    "limits": limits,
    "circle": circle,
    "one name": one_name,
    "scope": scope,
    "decorator": decorator,
    "comma": comma,
}
