"""Files that are uploaded: a form with a purpose and one file. The lines of a batch are looked into.

A line of a batch names a deployment of the account, any of them: each must name the model that the gateway
stated, and goes to the service with the route's deployment in its place. Other files are not looked into; no
call that is forwarded takes them for a batch, by the service's own rules.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch (2026-09);
https://platform.openai.com/docs/api-reference/files/create (2026-10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.metering.injection import Edit, model_edit, model_in
from gatewright.metering.json_text import Member, NotJson, ObjectText, scan_object
from proxy_addon import faults, multipart
from proxy_addon.faults import Fault

PURPOSES = frozenset({"batch", "assistants", "user_data", "vision"})
_FIELDS = frozenset({"purpose", "file", "expires_after[anchor]", "expires_after[seconds]"})
_URL = re.compile(r"/(?:(?:openai/)?v1/)?(?:chat/completions|completions|embeddings|responses)")


def edits(body: bytes, boundary: bytes, model: str, deployment: str) -> list[Edit] | Fault:
    """What makes each line of a batch name the deployment; nothing for other files; or the fault of the form.

    Takes a while for a large file: for a thread.

    Args:
        body: the form.
        boundary: what stands between its fields.
        model: the model that each line must name.
        deployment: the deployment that stands behind it.
    """
    try:
        fields = multipart.fields(body, boundary)
    except multipart.NotAForm:
        return faults.BAD_BODY
    names = [field.name for field in fields]
    files = [field for field in fields if field.name == "file"]
    purposes = [multipart.text_of(body, field) for field in fields if field.name == "purpose"]
    if any(name.strip().lower() == "model" for name in names):
        return faults.MODEL_MISMATCH
    known = len(set(names)) == len(names) and _FIELDS.issuperset(names)
    if not known or len(purposes) != 1 or purposes[0] not in PURPOSES:
        return faults.UPLOAD_REFUSED
    if len(files) != 1 or not files[0].is_file or not files[0].is_bare:
        return faults.UPLOAD_REFUSED
    if purposes[0] != "batch":
        return []
    return _batch(body, files[0].start, files[0].end, model, deployment)


def _batch(body: bytes, start: int, end: int, model: str, deployment: str) -> list[Edit] | Fault:
    found: list[Edit] = []
    for number, (begin, stop) in enumerate(_lines(body, start, end), 1):
        try:
            at, member = _model(body[begin:stop])
        except NotJson:
            return faults.batch_line(number)
        if member.value != model:
            return faults.batch_line(number)
        if model != deployment:
            edit = model_edit(member, deployment)
            found.append(Edit(begin + at + edit.start, begin + at + edit.end, edit.text))
    return found


def _lines(body: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each line with anything in it begins and ends."""
    while start < end:
        stop = body.find(b"\n", start, end)
        stop = end if stop < 0 else stop
        if body[start:stop].strip():
            yield start, stop
        start = stop + 1


def _model(line: bytes) -> tuple[int, Member]:
    """The model that a line names, and where in the line the object stands that names it.

    Raises:
        NotJson: the line is not one request of a batch, or can be read in two ways.
    """
    outer = scan_object(line)
    url, request = _only(outer, "url"), _only(outer, "body")
    if not isinstance(url.value, str) or not _URL.fullmatch(url.value) or not isinstance(request.value, dict):
        raise NotJson("not a request that can be metered")
    inner = scan_object(line[request.start : request.end])
    member, _ = model_in(inner)
    if member is None or _only(inner, "model") is not member:
        raise NotJson("not one model")
    return request.start, member


def _only(found: ObjectText, name: str) -> Member:
    """The one member of a name, in whatever case: some servers take names in any."""
    members = [member for member in found.members if member.key.lower() == name]
    if len(members) != 1 or members[0].key != name:
        raise NotJson(f"not one {name}")
    return members[0]
