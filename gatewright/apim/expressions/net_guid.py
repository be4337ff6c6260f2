"""`Guid`.

Source: https://learn.microsoft.com/dotnet/api/system.guid (.NET Core 3.1).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from gatewright.apim.expressions import types as t
from gatewright.apim.expressions.faults import bad_format


@dataclass(frozen=True, slots=True, order=True)
class Guid:
    """A GUID."""

    value: uuid.UUID

    ty = t.make("Guid")

    def net_text(self) -> str:
        """The format `D`."""
        return str(self.value)

    def net_format(self, pattern: str) -> str:
        """The formats `N`, `D`, `B`, `P`, `X`.

        Raises:
            NetError: FormatException.
        """
        text = str(self.value)
        match pattern.upper():
            case "N":
                return self.value.hex
            case "D" | "":
                return text
            case "B":
                return f"{{{text}}}"
            case "P":
                return f"({text})"
            case "X":
                h = self.value.hex
                tail = ",".join(f"0x{h[i : i + 2]}" for i in range(16, 32, 2))
                return f"{{0x{h[:8]},0x{h[8:12]},0x{h[12:16]},{{{tail}}}}}"
            case _:
                raise bad_format(
                    'Format String can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".'
                )

    def json_text(self) -> str:
        """As Newtonsoft writes it."""
        return self.net_text()


_FORMS = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\))\Z",
    re.IGNORECASE | re.ASCII,
)


def parse_guid(text: str) -> Guid:
    """`Guid.Parse`.

    Raises:
        NetError: FormatException.
    """
    stripped = text.strip()
    if _FORMS.match(stripped) is None:
        if not stripped:
            raise bad_format("Unrecognized Guid format.")
        raise bad_format(
            "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."
        )
    return Guid(uuid.UUID(re.sub(r"[{}()-]", "", stripped)))
