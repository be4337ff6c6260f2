"""What one service bills, or billed for some months only, by the time that an answer states.

No page of the services documents it; recordings show it, and the days are those of recordings:

* OpenAI's chat completions counted the token that ends an answer from January to May 2025, for gpt-3.5,
  gpt-4o and gpt-4.1, for texts and calls alike (eight projects; two recordings of the time do not have it:
  one with a stop sequence, one of an audio model). Others do not have it, but for two structured answers of
  October 2024.
* Azure OpenAI's counts it (three projects, since October 2025, or undated); a recording of March 2025 and one
  of April 2024 do not have it. Between these two times nothing is recorded, so its begin is a guess.
* The Responses API counts it always, at both services: for texts, calls and models that reason alike, each
  kind is one more than in chat completions (eleven projects).
* The Responses API counted 18 tokens of input more in the month of its launch (three projects), and 198 more
  where there were tools; on 28 March 2025, three more in their place, in one project.
"""

from __future__ import annotations

from gatewright.metering.estimates.vocabulary import Family
from gatewright.metering.operations import AZURE, OPENAI

END_TOKEN = range(1_736_467_200, 1_748_736_000)  # 2025-01-10 to 2025-06-01
AZURE_END_TOKEN = 1_743_465_600  # 2025-04-01; seen since 2025-10
LAUNCH = range(1_741_564_800, 1_743_465_600)  # 2025-03-10 to 2025-04-01
LAUNCH_TOOLS = range(1_741_564_800, 1_743_120_000)  # 2025-03-10 to 2025-03-28
LAUNCH_TOKENS = 18
LAUNCH_TOOLS_TOKENS = 198
LATE_TOOLS_TOKENS = 3


def more_input(api: str, provider: str, family: Family, created: int | None, tools: int) -> int:
    """Tokens of a prompt that were billed at that time only."""
    if (api, provider, family.name) != ("responses", OPENAI, "gpt-4o") or created not in LAUNCH:
        return 0
    with_tools = LAUNCH_TOOLS_TOKENS if created in LAUNCH_TOOLS else LATE_TOOLS_TOKENS
    return LAUNCH_TOKENS + (with_tools if tools else 0)


def more_output(api: str, provider: str, created: int | None, finish: str | None) -> int:
    """Tokens of one answer that were billed by that service at that time; one that was cut off has no end."""
    if api == "completions" or finish in (None, "length"):
        return 0
    if api == "responses":
        return 1
    if provider == AZURE:
        return 1 if not created or created >= AZURE_END_TOKEN else 0
    return 1 if provider == OPENAI and created in END_TOKEN else 0
