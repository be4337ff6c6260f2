"""What the platform team declared: config YAML → frozen, cross-checked `Estate`."""

from gatewright.estate.backends import Breaker, Deployment, Endpoint, ModelAlias, PoolMember
from gatewright.estate.estate import Estate, Sources
from gatewright.estate.gateway import AZURE_HOST_SUFFIXES, Gateway, Publisher, Retry
from gatewright.estate.load import inspect, load
from gatewright.estate.tenants import (
    Access,
    Budget,
    Ceiling,
    ModelAccess,
    Owner,
    Plan,
    ResponseCache,
    SubscriptionKey,
    Tenant,
    TenantSettings,
    TokenQuota,
)

__all__ = [
    "AZURE_HOST_SUFFIXES",
    "Access",
    "Breaker",
    "Budget",
    "Ceiling",
    "Deployment",
    "Endpoint",
    "Estate",
    "Gateway",
    "ModelAccess",
    "ModelAlias",
    "Owner",
    "Plan",
    "PoolMember",
    "Publisher",
    "ResponseCache",
    "Retry",
    "Sources",
    "SubscriptionKey",
    "Tenant",
    "TenantSettings",
    "TokenQuota",
    "inspect",
    "load",
]
