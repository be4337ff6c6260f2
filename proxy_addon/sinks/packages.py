"""Packages that only some sinks need, loaded when such a sink is set up."""

from __future__ import annotations

import importlib
import warnings

from gatewright.diagnostics import Rejected
from proxy_addon.sinks import codes


def need(sink: str, modules: dict[str, str]) -> None:
    """Makes sure that modules can be imported, each named with the package that brings it.

    Raises:
        Rejected: PRX654 for each that is missing.
    """
    faults = []
    for module, package in modules.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                importlib.import_module(module)
        except ImportError:
            message = f"the sink {sink} needs the package {package}, which is not installed"
            faults.append(codes.NO_PACKAGE.at(None, message, hint=f"pip install {package}"))
    if faults:
        raise Rejected(faults)
