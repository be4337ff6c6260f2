"""`.http` files as editors send them: requests between `###` lines, variables, what is expected of an answer.

Understood: `@name = value`, `{{name}}`, comments (`#`, `//`), a method with its URL, headers, a body. The
comment `# @expect 200 tokens` is ours; editors pass over it.

Source: https://marketplace.visualstudio.com/items?itemName=humao.rest-client (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gatewright.deploy import codes
from gatewright.diagnostics import Rejected, Span, nearest

_VARIABLE = re.compile(r"@([A-Za-z][\w-]*)\s*=\s*(.*?)\s*")
_USE = re.compile(r"\{\{([^{}]*)\}\}")
_REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+(\S+)(?:\s+HTTP/[\d.]+)?\s*")
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*(.*?)\s*")
_EXPECT = re.compile(r"(?:#|//)\s*@expect\s+([1-5]\d\d)((?:\s+(?:tokens|stream))*)\s*")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, its variables filled in.

    Attributes:
        title: behind its `###`.
        line: of its method.
        method: such as `POST`.
        url: absolute.
        headers: in their order; values never show in a text.
        body: empty for none.
        status: that is expected.
        tokens: the answer must count tokens.
        stream: the answer must be a whole event stream.
    """

    title: str
    line: int
    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: str = field(repr=False)
    status: int = 200
    tokens: bool = False
    stream: bool = False


def variables(text: str) -> dict[str, str]:
    r"""The variables that a file declares, in order; later ones may use earlier ones.

    >>> variables("@a = 1\n@b = {{a}}2\n")
    {'a': '1', 'b': '{{a}}2'}
    """
    return {
        found.group(1): found.group(2) for line in text.split("\n") if (found := _VARIABLE.fullmatch(line))
    }


def read(text: str, file: str, given: Mapping[str, str]) -> tuple[Call, ...]:
    """The calls of a file.

    Args:
        text: its content.
        file: how it is called in diagnostics.
        given: values of variables, before those of the file.

    Raises:
        Rejected: DEP850 for each line that is none, DEP851 for each variable without a value.
    """
    values = {**variables(text), **given}
    calls: list[Call] = []
    faults: list[Rejected] = []
    for start, title, lines in _parts(text):
        try:
            found = _call(start, title, lines, values, file)
        except Rejected as rejected:
            faults.append(rejected)
            continue
        calls += [found] if found else []
    if faults:
        raise Rejected([item for fault in faults for item in fault.diagnostics])
    return tuple(calls)


def _parts(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """The parts between `###` lines: number of the first line, title, lines."""
    start, title, lines = 1, "", list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line.startswith("###"):
            yield start, title, lines
            start, title, lines = number + 1, line.strip("# "), []
        else:
            lines.append(line)
    yield start, title, lines


def _call(start: int, title: str, lines: list[str], values: Mapping[str, str], file: str) -> Call | None:
    status, words, request, number = 200, "", None, start
    head = iter(enumerate(lines, start))
    for number, line in head:
        expected = _EXPECT.fullmatch(line)
        if expected:
            status, words = int(expected.group(1)), expected.group(2)
        elif line.strip() and not line.startswith(("#", "//", "@")):
            request = _REQUEST.fullmatch(line)
            if request is None:
                raise _broken(file, number, "this is no request: METHOD URL")
            break
    if request is None:
        return None
    method, url = request.groups()
    place, headers = number, []
    for number, line in head:
        if not line.strip():
            break
        header = _HEADER.fullmatch(line)
        if header is None:
            raise _broken(file, number, "this is no header: Name: value")
        headers.append((header.group(1), _filled(header.group(2), values, file, number)))
    body = "\n".join(line for _, line in head).strip()
    return Call(
        title or f"{method} {url}",
        place,
        method,
        _filled(url, values, file, place),
        tuple(headers),
        _filled(body, values, file, number),
        status,
        "tokens" in words,
        "stream" in words,
    )


def _filled(text: str, values: Mapping[str, str], file: str, line: int, depth: int = 0) -> str:
    def value(found: re.Match[str]) -> str:
        name = found.group(1).strip()
        if name not in values or depth > 9:
            close = nearest(name, values)
            hint = f"did you mean {close}?" if close else f"--set {name}=VALUE, or @{name} = … in the file"
            message = f"the variable {name} has no value"
            raise Rejected([codes.NO_VARIABLE.at(Span(file, line, 1), message, hint=hint)])
        return _filled(values[name], values, file, line, depth + 1)

    return _USE.sub(value, text)


def _broken(file: str, line: int, message: str) -> Rejected:
    return Rejected([codes.BROKEN_HTTP_FILE.at(Span(file, line, 1), message)])
