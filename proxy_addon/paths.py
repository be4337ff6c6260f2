"""The request target: `/b/<backend>/-/<rest>`, plainly spelled, and what its rest asks for.

Strict on purpose: whatever two servers could read differently (dot segments, percent-encoding,
backslashes, empty segments) is not a path of ours. The query is passed on as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TARGET = 8192

_SEGMENT = re.compile(rb"[A-Za-z0-9._~:@-]{1,128}\Z")
_BACKEND = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")
_QUERY = re.compile(rb"[!-~]*\Z")
_DEPLOYMENTS = ("openai", "deployments")
_V1 = ("openai", "v1")


@dataclass(frozen=True, slots=True)
class Target:
    """A request target that was understood.

    Attributes:
        backend: the name of the route.
        segments: the path behind `/-/`, at least one segment.
        query: what follows the first `?`, or None where there is none.
    """

    backend: str
    segments: tuple[str, ...]
    query: str | None

    @property
    def alias(self) -> str | None:
        """The model that the path names, `/openai/deployments/<alias>/…`, or None."""
        if self.segments[:2] == _DEPLOYMENTS and len(self.segments) > 3:
            return self.segments[2]
        return None

    @property
    def operation(self) -> str | None:
        """What is asked for, such as `chat/completions`; None outside the two forms that are known."""
        if self.alias is not None:
            return "/".join(self.segments[3:])
        if self.segments[:2] == _V1 and len(self.segments) > 2:
            return "/".join(self.segments[2:])
        return None

    @property
    def path(self) -> str:
        """The path behind `/-`, without the query."""
        return "/" + "/".join(self.segments)

    def for_deployment(self, deployment: str) -> str:
        """The target for the upstream: the alias of the path replaced by the member's deployment."""
        segments = self.segments
        if self.alias is not None:
            segments = (*segments[:2], deployment, *segments[3:])
        path = "/" + "/".join(segments)
        return path if self.query is None else f"{path}?{self.query}"


def parse(raw: bytes) -> Target | None:
    """A target in origin form, or None where it is not one of ours.

    >>> parse(b"/b/eu-gpt/-/openai/v1/embeddings?x=1").segments
    ('openai', 'v1', 'embeddings')
    >>> parse(b"/b/eu-gpt/-/openai/%2e%2e/x") is None
    True
    """
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
