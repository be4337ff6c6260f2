"""Our stamp: which content the last deployment wrote, kept on the entity itself.

An entity with a description carries it there, a named value among its tags, a policy document in a comment in
front of its root. The stamp is also the provenance that makes an entity ours.
"""

from __future__ import annotations

import hashlib
import json
import re

from gatewright.deploy.entities import DOCUMENTS, Json, Kind, Properties

FORM = 1  # of the normal form; a stamp of another form says nothing about the content
TAG = "gatewright"
DESCRIPTION_LIMIT = {Kind.BACKEND: 2000, Kind.POOL: 2000}

_STAMP = re.compile(r"\s*\[gatewright:(\d+):([0-9a-f]{16})\]\s*$")
_COMMENT = re.compile(r"^\s*gatewright:(\d+):([0-9a-f]{16})\s*$")
_TAG = re.compile(r"^gatewright-(\d+)-([0-9a-f]{16})$")


def fingerprint(normal: Properties) -> str:
    """16 hexadecimal digits of a normal form.

    >>> len(fingerprint({"a": 1}))
    16
    """
    text = json.dumps(normal, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stamped(kind: Kind, properties: Properties, mark: str) -> Properties:
    """The properties as they are written: with the stamp where this kind can carry one."""
    if kind in DOCUMENTS:
        comment = f"<!-- gatewright:{FORM}:{mark} -->\n"
        written: dict[str, Json] = {**properties, "value": comment + str(properties["value"])}
        if kind is Kind.FRAGMENT:
            written["description"] = _described(kind, properties, mark)
        return written
    if kind is Kind.NAMED_VALUE:
        return {**properties, "tags": [TAG, f"gatewright-{FORM}-{mark}"]}
    if kind in {Kind.SUBSCRIPTION, Kind.PRODUCT_API}:
        return properties
    return {**properties, "description": _described(kind, properties, mark)}


def _described(kind: Kind, properties: Properties, mark: str) -> str:
    tail = f" [gatewright:{FORM}:{mark}]"
    return described(kind, str(properties.get("description") or "")) + tail


def described(kind: Kind, text: str) -> str:
    """A description short enough for the stamp to follow it."""
    room = DESCRIPTION_LIMIT.get(kind, 1000) - 36
    return text if len(text) <= room else text[: room - 1] + "…"


def read_description(text: str) -> tuple[str, str | None, bool]:
    """A description without its stamp, the stamp's fingerprint, and whether there is a stamp of any form.

    >>> read_description("Chat. [gatewright:1:0123456789abcdef]")
    ('Chat.', '0123456789abcdef', True)
    """
    found = _STAMP.search(text)
    if found is None:
        return text, None, False
    return text[: found.start()], _of(found), True


def read_tags(tags: list[str]) -> tuple[str | None, bool]:
    """The fingerprint among a named value's tags, and whether the tags are ours."""
    found = next((match for tag in tags if (match := _TAG.match(tag))), None)
    return (_of(found) if found else None), TAG in tags


def read_comment(text: str) -> tuple[str | None, bool]:
    """The fingerprint that a comment holds, and whether it is a stamp."""
    found = _COMMENT.match(text)
    return (_of(found) if found else None), found is not None


def _of(found: re.Match[str]) -> str | None:
    return found.group(2) if int(found.group(1)) == FORM else None
