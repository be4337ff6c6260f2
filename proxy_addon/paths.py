"""The request target: `/b/<backend>/-/<rest>`, plainly spelled, and what its rest asks for.

Strict on purpose: whatever two servers could read differently (dot segments, percent-encoding,
backslashes, empty segments) is not a path of ours. The query is passed on as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl

MAX_TARGET = 8192
_REMEMBERED_BYTES = 512

_SEGMENT = re.compile(rb"[A-Za-z0-9._~:@-]{1,128}\Z")
_BACKEND = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")
_QUERY = re.compile(rb"[!-~]*\Z")
_DEPLOYMENTS = ("openai", "deployments")
_BEFORE_ALIAS = "/openai/deployments/"
DEPLOYMENTS = "openai/deployments"
"""The form whose path names the model: `/openai/deployments/<alias>/<operation>`."""
_MODEL_PARAMETERS = frozenset({"model", "deployment", "deployment-id", "deployment_id"})
_FORMS = (("openai", "v1"), ("anthropic", "v1"), ("v1",), ("models",), ("openai",))


@dataclass(frozen=True, slots=True)
class Target:
    """A request target that was understood.

    Attributes:
        backend: the name of the route.
        segments: the path behind `/-/`, at least one segment.
        query: what follows the first `?`, or None where there is none.
        alias: the model that the path names, `/openai/deployments/<alias>/…`, or None.
        form: what stands before the operation, such as `openai/v1`; empty outside the forms that are known.
        operation: what is asked for, such as `chat/completions`; empty outside the forms that are known.
        path: the path behind `/-`, without the query.
        url: the path with the query.
        names_model: whether the query names a model too; no operation that is forwarded asks for that.
    """

    backend: str
    segments: tuple[str, ...]
    query: str | None
    alias: str | None = field(init=False)
    form: str = field(init=False)
    operation: str = field(init=False)
    path: str = field(init=False)
    url: str = field(init=False)
    names_model: bool = field(init=False)

    def __post_init__(self) -> None:
        segments = self.segments
        alias = segments[2] if segments[:2] == _DEPLOYMENTS and len(segments) > 3 else None
        if alias is not None:
            form, rest = DEPLOYMENTS, segments[3:]
        else:
            known = next((form for form in _FORMS if segments[: len(form)] == form), ())
            form, rest = "/".join(known), segments[len(known) :] if known else ()
        path = "/" + "/".join(segments)
        object.__setattr__(self, "alias", alias)
        object.__setattr__(self, "form", form)
        object.__setattr__(self, "operation", "/".join(rest))
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "names_model", bool(models_named(self.query or "")))
        object.__setattr__(self, "url", path if self.query is None else f"{path}?{self.query}")

    def for_deployment(self, deployment: str) -> str:
        """The target for the upstream: the alias of the path replaced by the member's deployment."""
        if self.alias is None:
            return self.url
        return f"{_BEFORE_ALIAS}{deployment}{self.url[len(_BEFORE_ALIAS) + len(self.alias) :]}"


def models_named(query: str) -> list[str]:
    """The models that a query names, under any name and spelling; some servers take `;` for `&`."""
    found = parse_qsl(query.replace(";", "&"), keep_blank_values=True)
    return [value for name, value in found if name.strip().lower() in _MODEL_PARAMETERS]


def parse(raw: bytes) -> Target | None:
    """A target in origin form, or None where it is not one of ours.

    >>> parse(b"/b/eu-gpt/-/openai/v1/embeddings?x=1").segments
    ('openai', 'v1', 'embeddings')
    >>> parse(b"/b/eu-gpt/-/openai/%2e%2e/x") is None
    True
    """
    return _remembered(raw) if len(raw) <= _REMEMBERED_BYTES else _parse(raw)


def _parse(raw: bytes) -> Target | None:
    path, mark, query = raw.partition(b"?")
    if len(raw) > MAX_TARGET or not _QUERY.match(query) or b"#" in query:
        return None
    empty, *parts = path.split(b"/")
    if empty or len(parts) < 4 or parts[0] != b"b" or parts[2] != b"-" or not _BACKEND.match(parts[1]):
        return None
    rest = parts[3:]
    if not all(_SEGMENT.match(part) and part.strip(b".") for part in rest):
        return None
    return Target(parts[1].decode(), tuple(part.decode() for part in rest), query.decode() if mark else None)


_remembered = lru_cache(maxsize=1024)(_parse)  # a gateway's targets are few
