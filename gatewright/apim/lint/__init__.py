"""What we advise: one rule a file, found by its file name."""

from gatewright.apim.lint.running import Rule, rules, run
from gatewright.apim.lint.subject import ExpressionUse, Subject, Visit

__all__ = ["ExpressionUse", "Rule", "Subject", "Visit", "rules", "run"]
