"""`authentication-certificate`: no certificate is shown; what the proxy's ingress would say of one is.

The local proxy has no ingress in front of it. A stand-in for the certificate, labelled as such, is named in
the header in which an ingress names what it saw, so that the proof is judged as in Azure.

Sources: https://learn.microsoft.com/azure/api-management/authentication-certificate-policy (2026-08-18);
https://learn.microsoft.com/azure/container-apps/client-certificate-authorization (2026-09).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gatewright.apim.document.model import Section
from gatewright.harness.call import Call
from gatewright.harness.pipeline import Step
from gatewright.harness.prepare import Node

HEADER = "X-Forwarded-Client-Cert"
THUMBPRINT = hashlib.sha256(b"local-emulator-certificate").hexdigest()


def prepare(node: Node) -> Step:
    """The step of an `authentication-certificate`; inline certificates are not emulated."""
    node.only_in(Section.INBOUND)
    node.literal("certificate-id", "")
    node.literal("thumbprint", "")
    return AuthenticationCertificate()


@dataclass(frozen=True, slots=True)
class AuthenticationCertificate:
    """The stand-in for a certificate."""

    async def run(self, call: Call) -> None:
        """Sets the header that the ingress would set."""
        call.request.headers.replace(HEADER, [f'Hash={THUMBPRINT};Subject="CN=local-emulator"'])
