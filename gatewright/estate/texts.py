"""Names with strict patterns, and free texts with the few characters that none may hold.

Names reach URLs, C#, headers and ARM ids. Free texts are escaped wherever they are written, so that quotes,
`@(`, `]]>` or `</policies>` are harmless in them; what escaping cannot make harmless is refused here: control
characters (XML 1.0 has no way to write most of them), `{{` and `}}` (API Management replaces named values as
text, before anything is parsed), `$` (azd replaces `${NAME}` in parameters), and `<name>` (a placeholder).

Sources: XML 1.0, production 2, https://www.w3.org/TR/xml/#charsets; names in API Management's contract,
api-version 2024-05-01; Key Vault, https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gatewright.estate.quantities import shown


@dataclass(frozen=True, slots=True)
class NameRule:
    """How names of one kind look.

    Attributes:
        what: the kind, with its article.
        pattern: the whole name, a regular expression that JSON Schema understands, too.
        rule: the pattern in words.
    """

    what: str
    pattern: str
    rule: str
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", re.compile(self.pattern.removesuffix("$") + r"\Z", re.ASCII))

    def read(self, value: object) -> str:
        """The name, or `ValueError` with the rule as hint."""
        if isinstance(value, str) and self._compiled.match(value):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise ValueError(f"{value} is a number, not {self.what}", f'quote it: "{value}"')
        raise ValueError(f"{shown(value)} is not {self.what}", self.rule)


_LOWER = "lower-case letters, digits and hyphens, beginning with a letter, no hyphen at the end"

TENANT = NameRule("a tenant's id", r"^[a-z][a-z0-9-]{0,39}[a-z0-9]$", f"2 to 41 characters: {_LOWER}")
PLAN = NameRule("a plan's id", r"^[a-z][a-z0-9-]{0,39}[a-z0-9]$", f"2 to 41 characters: {_LOWER}")
ENDPOINT = NameRule("an endpoint's id", r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$", f"2 to 32 characters: {_LOWER}")
ENVIRONMENT = NameRule(
    "an environment's name", r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$", f"2 to 32 characters: {_LOWER}"
)
ALIAS = NameRule(
    "a model alias",
    r"^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){0,38}[a-z0-9]$",
    "2 to 40 characters: lower-case letters, digits, hyphens and single dots",
)
DEPLOYMENT = NameRule(
    "a deployment name",
    r"^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62}[A-Za-z0-9]$",
    "2 to 64 characters: letters, digits, hyphens, underscores and single dots",
)
MODEL = NameRule(
    "a model name", r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "letters, digits, dots, hyphens, underscores"
)
VERSION = NameRule("a model version", r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$", 'such as "2025-04-14"')
REGION = NameRule("an Azure region", r"^[a-z][a-z0-9]{2,39}$", "its short name, such as swedencentral")
ACCOUNT = NameRule(
    "an account name",
    r"^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$",
    "2 to 64 characters: lower-case letters, digits and hyphens; it becomes part of a host name",
)
APPLICATION = NameRule(
    "an application id URI",
    r"^api://[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$",
    "api:// and letters, digits, dots, hyphens, underscores and slashes, such as api://metering-proxy",
)
THUMBPRINT = NameRule(
    "a SHA-256 thumbprint",
    r"^[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}$",
    "64 hexadecimal digits, as openssl x509 -in cert.pem -noout -fingerprint -sha256 writes them",
)
SECRET = NameRule("the name of a Key Vault secret", r"^[A-Za-z0-9-]{1,127}$", "letters, digits and hyphens")
SERVICE = NameRule(
    "a name for an API Management service",
    r"^[a-zA-Z](?:[a-zA-Z0-9-]{0,48}[a-zA-Z0-9])?$",
    "1 to 50 letters, digits and hyphens, beginning with a letter",
)
MARKER = NameRule(
    "a marker", r"^[a-z][a-z0-9]{0,9}-$", "up to 10 lower-case letters and digits, then a hyphen"
)
API_PATH = NameRule(
    "an API path",
    r"^[a-z0-9-]{1,80}(?:/[a-z0-9-]{1,80}){0,3}$",
    "segments of a-z, 0-9 and -, no slash around",
)
HEADER = NameRule(
    "a header that can carry the key",
    r"^[A-Za-z][A-Za-z0-9-]{0,63}$",
    "letters, digits and hyphens, such as api-key",
)
NAMESPACE = NameRule(
    "a metric namespace", r"^[A-Za-z][A-Za-z0-9._-]{0,127}$", "letters, digits, dots, hyphens, underscores"
)
HOST_SUFFIX = NameRule(
    "a host suffix",
    r"^(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){2,}$",
    "a dot and at least two labels, such as .openai.example.org",
)
EMAIL = NameRule(
    "an email address", r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$", "such as ai@example.org"
)

TEXT_PATTERN = (
    r"^(?! )(?!.*\{\{)(?!.*\}\})(?!.*<[A-Za-z][A-Za-z0-9.-]*>)"
    r"[^\u0000-\u001f\u007f-\u009f$\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]+(?<! )$"
)

_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_PLACEHOLDER = re.compile(r"<[A-Za-z][A-Za-z0-9.-]*>")


def read_text(value: object) -> str:
    """A free text of one line, or `ValueError` with the way out."""
    if not isinstance(value, str):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        raise ValueError(
            f"{shown(value)} is not a text", f'quote it: "{value}"' if number else "write a text"
        )
    found = _FORBIDDEN.search(value)
    if found:
        what = f"the character U+{ord(found[0]):04X}"
        raise ValueError(f"holds {what}, which no text may hold", "remove it; a text is one line")
    for mark in ("{{", "}}"):
        if mark in value:
            hint = f"remove {mark}: API Management would read a named value there"
            raise ValueError(f"holds {mark}", hint)
    if "$" in value:
        raise ValueError("holds $", "remove it: deployment tools replace ${NAME} in texts")
    if found := _PLACEHOLDER.search(value):
        raise ValueError(f"holds {found[0]}", "remove the angle brackets: placeholders are written so")
    if not value or value != value.strip():
        raise ValueError(f"{shown(value)} is empty or has blanks around it", "write the text alone")
    return value


def slug(name: str) -> str:
    """A name as part of an id in API Management: lower case, everything but letters and digits a hyphen.

    >>> slug("gpt-4.1_Standard")
    'gpt-4-1-standard'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
