"""From an estate to everything that is deployed: `plan` (all decisions) → `render` → `build`."""

from generator.build import WriteResult, write
from generator.generate import generate

__all__ = ["WriteResult", "generate", "write"]
