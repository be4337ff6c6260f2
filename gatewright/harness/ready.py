"""What a local gateway says once everything answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ready:
    """Addresses, keys and names of a running local gateway.

    Attributes:
        gateway: URL of the gateway.
        proxy: URL of the metering proxy.
        upstream: URL of what stands behind it.
        ledger: the JSONL file of usage records.
        keys: a local subscription key per tenant; they open nothing but this gateway.
        models: the type of each model alias.
    """

    gateway: str
    proxy: str
    upstream: str
    ledger: Path
    keys: Mapping[str, str]
    models: Mapping[str, str]

    def to_json(self) -> str:
        """The one line that `serve --json` prints, without line end."""
        return json.dumps(
            {
                "gateway": self.gateway,
                "proxy": self.proxy,
                "upstream": self.upstream,
                "ledger": str(self.ledger),
                "keys": dict(self.keys),
                "models": dict(self.models),
            },
            ensure_ascii=False,
        )
