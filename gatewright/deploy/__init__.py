"""Bundle → API Management: plan, apply, drift.

Importing this package needs no Azure SDK; `gatewright.deploy.azure` does.
"""

from gatewright.deploy.desired import Values, desired, variable
from gatewright.deploy.drift import Difference, Drift, drift
from gatewright.deploy.entities import Key, Kind, LiveState
from gatewright.deploy.plan import Action, Plan, Step, plan

__all__ = [
    "Action",
    "Difference",
    "Drift",
    "Key",
    "Kind",
    "LiveState",
    "Plan",
    "Step",
    "Values",
    "desired",
    "drift",
    "plan",
    "variable",
]
