"""What each tier of API Management supports, as far as the estate asks for it.

Sources: products per instance, "New Azure API Management service limits" (roll-out from 2026-03); features,
https://learn.microsoft.com/azure/api-management/api-management-gateways-overview (2025-09-30);
llm-token-limit, https://learn.microsoft.com/azure/api-management/llm-token-limit-policy (2026-04-01);
streams, https://learn.microsoft.com/azure/api-management/how-to-server-sent-events (2025-10-08).
"""

from __future__ import annotations

from types import MappingProxyType

PRODUCTS = MappingProxyType(
    {
        "Consumption": 100,
        "Developer": 100,
        "Basic": 200,
        "BasicV2": 200,
        "Standard": 500,
        "StandardV2": 500,
        "Premium": 2_000,
        "PremiumV2": 2_000,
    }
)
"""Products per service instance. Each tenant is one product."""

LACKS = MappingProxyType(
    {"Consumption": frozenset({"token limits", "circuit breakers", "the built-in cache", "streamed answers"})}
)
"""Features that a tier does not have."""

BACKEND_ID_LENGTH = 80
POOL_MEMBERS = 30


def lacks(tier: str, feature: str) -> bool:
    """Whether a tier does not have a feature."""
    return feature in LACKS.get(tier, frozenset())
