"""The whole way from an estate to the texts of `build/<env>/`."""

from __future__ import annotations

from pathlib import Path

from gatewright.apim.bundle import NAME as BUNDLE
from gatewright.apim.bundle import json_text
from gatewright.estate import Estate
from generator.entities import bundle
from generator.parameters import parameters
from generator.plan import plan
from generator.render import render
from generator.routes import routes
from generator.tables import Rows
from generator.templates import Templates

PARAMETERS = "main.parameters.json"
ROUTES = "proxy/routes.json"


def generate(estate: Estate, *, templates: Path, version: str, rates: Rows = ()) -> dict[str, str]:
    """Every file of a build as text, by its path in the build folder, sorted; same input, same texts.

    Args:
        estate: what is in force in one environment.
        templates: the folder of policy templates.
        version: the version of Gatewright, such as `0.1.0`; it stands in `bundle.json`.
        rates: what tokens cost behind each backend and when, for the workbook (`chargeback.rate_rows`).

    Raises:
        Rejected: GEN400 to GEN406, every fault that was found in the step that found one.
    """
    planned = plan(estate)
    files = render(planned, Templates(templates))
    files[BUNDLE] = bundle(planned, version).to_json()
    files[ROUTES] = json_text(routes(planned))
    files[PARAMETERS] = json_text(parameters(planned, rates))
    return dict(sorted(files.items()))
