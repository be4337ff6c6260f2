"""What Azure said, as diagnostics in its own words; what somebody else said in its place is told apart.

Source: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
(codes of refusals).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import HttpRequest, HttpResponse

from gatewright.deploy import codes
from gatewright.deploy.service import Answered
from gatewright.diagnostics import Code

_RESUMES = "wait until it is done and run the command again: it resumes"
_BETWEEN = "a proxy or firewall answers in Azure's place; where there is none, run the command again later"
_BY_NAME = {
    "RequestDisallowedByPolicy": "an Azure Policy assignment forbids it: its owner can exempt the service",
    "ScopeLocked": "a lock stands on the service or its resource group: az lock list",
    "ExpiredAuthenticationToken": "sign in again, and check this machine's clock",
}
_TITLE = re.compile(r"<title[^>]*>\s*(.*?)\s*</title>", re.IGNORECASE | re.DOTALL)
_BY_STATUS: dict[int, tuple[Code, str]] = {
    202: (codes.ODD_ANSWER, "Azure is still at it; run the command again: it resumes"),
    401: (codes.FORBIDDEN, "sign in again, or give the identity a role on the service"),
    403: (codes.FORBIDDEN, "the identity needs the role API Management Service Contributor on the service"),
    409: (codes.REFUSED, f"the service, or this part of it, is being changed: {_RESUMES}"),
    412: (codes.CHANGED, "somebody else changed it; run the command again"),
    429: (codes.THROTTLED, "run the command again later, or with a lower --concurrency: it resumes"),
}


class NoJson(HttpResponseError):
    """An answer that claims success and is no JSON object."""


class OddList(AzureError):
    """An answer in place of a list that holds none."""


class OnlyJson(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Refuses answers that claim success and are no JSON object, as the sign-in page of a proxy is."""

    def on_response(
        self, request: PipelineRequest[HttpRequest], response: PipelineResponse[HttpRequest, HttpResponse]
    ) -> None:
        """Raises NoJson for such an answer."""
        answer = response.http_response
        is_bare = not answer.body() and (request.http_request.method, answer.status_code) != ("GET", 200)
        if answer.status_code < 400 and not is_bare and not _is_azures(answer.body()):
            raise NoJson("the answer is no JSON", response=answer)


@contextmanager
def spoken(
    what: str, hint_of: Callable[[HttpResponseError], str | None] = lambda fault: None
) -> Iterator[None]:
    """Turns Azure's errors into Rejected.

    Args:
        what: names the request, such as `PUT backends/gw-a`.
        hint_of: what to do about a refusal, where more is known than its status says.
    """
    try:
        yield
    except HttpResponseError as fault:
        raise _answered(what, fault, hint_of(fault)) from fault
    except (ServiceRequestError, ServiceResponseError) as fault:
        message = f"{what}: {_first_line(fault)}"
        if "CERTIFICATE_VERIFY_FAILED" in message:
            hint = "behind TLS inspection: REQUESTS_CA_BUNDLE names the file with your certificate authority"
            raise Answered(codes.NOT_TRUSTED.at(None, message, hint=hint), 0) from fault
        hint = "check the network and run the command again: it resumes"
        raise Answered(codes.UNREACHABLE.at(None, message, hint=hint), 0) from fault
    except AzureError as fault:
        raise Answered(codes.ODD_ANSWER.at(None, f"{what}: {_first_line(fault)}"), 0) from fault


def _answered(what: str, fault: HttpResponseError, hint: str | None) -> Answered:
    status = fault.status_code or 0
    if isinstance(fault, ClientAuthenticationError) and not status:
        ways = "az login, azd auth login, or a managed identity"
        return Answered(codes.SIGN_IN.at(None, _first_line(fault), hint=ways), 0)
    body = _body(fault)
    if isinstance(fault, NoJson | DecodeError) or (status >= 400 and body and not _is_azures(body)):
        return _stranger(what, fault, body)
    detail = getattr(fault, "error", None)
    name = getattr(detail, "code", None) or (fault.reason or "")
    text = getattr(detail, "message", None) or _first_line(fault)
    words = f"{what}: {status} {name}: {text}" if status else f"{what}: {text}"
    inner = [
        str(item.message) for item in getattr(detail, "details", None) or [] if getattr(item, "message", None)
    ]
    if inner:
        words += f" ({'; '.join(inner)})"
    code, usual = _BY_STATUS.get(status, (codes.ODD_ANSWER if status < 400 else codes.REFUSED, ""))
    if status >= 500:
        usual = "run the command again later: it resumes"
    return Answered(code.at(None, words, hint=hint or _BY_NAME.get(name) or usual or None), status)


def _stranger(what: str, fault: HttpResponseError, body: bytes) -> Answered:
    """An answer that is not Azure's: its status says nothing about what was asked for."""
    text = body.decode("utf-8", "replace")
    title = _TITLE.search(text)
    shown = " ".join((title.group(1) if title else text).split())[:80] or "nothing"
    message = f"{what}: {fault.status_code} {fault.reason}, and no JSON but {shown!r}"
    return Answered(codes.ODD_ANSWER.at(None, message, hint=_BETWEEN), 0)


def _body(fault: HttpResponseError) -> bytes:
    """What came with an error; nothing where it has not been read."""
    try:
        return fault.response.text().encode() if fault.response is not None else b""
    except (AttributeError, ValueError):  # a stream, or no text
        return b""


def _is_azures(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]
