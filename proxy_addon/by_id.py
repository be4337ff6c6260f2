"""What is asked for by an id that the service gave: no model stands in path or body, the gateway states it.

Whoever has the id has the thing, whichever tenant made it; so nothing is forwarded that would list ids. Files
are not uploaded through here: the lines of a batch name any deployment of the account.
"""

from __future__ import annotations

import re

from proxy_addon.paths import Target

_ID = r"[A-Za-z0-9._-]+"
_FORMS = frozenset({"openai", "openai/v1", "v1"})
_KNOWN = {
    "GET": re.compile(rf"responses/{_ID}(?:/input_items)?|files/{_ID}(?:/content)?|batches/{_ID}"),
    "POST": re.compile(rf"responses/(?!input_tokens\Z|compact\Z){_ID}/cancel|batches(?:/{_ID}/cancel)?"),
    "DELETE": re.compile(rf"responses/{_ID}"),
}


def asks(method: str, target: Target) -> bool:
    """Whether a request asks for something by its id."""
    known = _KNOWN.get(method)
    return target.form in _FORMS and known is not None and known.fullmatch(target.operation) is not None
