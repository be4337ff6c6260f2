"""Gatewright: an AI gateway you can review in a pull request."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("gatewright")
