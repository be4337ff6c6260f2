"""How members of mitmproxy's are replaced by ours."""

from __future__ import annotations


def replace(owner: object, name: str, ours: object) -> None:
    """Puts ours in the place of a function that is there; type checkers let nobody assign to one.

    Raises:
        AttributeError: this version of mitmproxy has no such member.
    """
    getattr(owner, name)
    setattr(owner, name, ours)
