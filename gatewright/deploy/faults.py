"""What Azure said, as diagnostics in its own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from gatewright.deploy import codes
from gatewright.deploy.service import Answered
from gatewright.diagnostics import Code

_BY_STATUS: dict[int, tuple[Code, str]] = {
    202: (codes.ODD_ANSWER, "Azure is still at it; run the command again: it resumes"),
    401: (codes.FORBIDDEN, "sign in again, or give the identity a role on the service"),
    403: (codes.FORBIDDEN, "the identity needs the role API Management Service Contributor on the service"),
    412: (codes.CHANGED, "somebody else changed it; run the command again"),
    429: (codes.THROTTLED, "run the command again later, or with a lower --concurrency: it resumes"),
}


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
    return Answered(code.at(None, words, hint=hint or usual or None), status)


def _first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]
