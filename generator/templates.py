"""The template environment: delimiters, filters, sandbox, and where templates are looked for.

A template in `local/` stands in for the one of the same name; it reaches the original as `base/<name>`.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gatewright.diagnostics import Diagnostic, Rejected, Span
from gatewright.estate import Estate, Gateway, ModelAlias, Retry, Tenant
from generator.codes import BROKEN_TEMPLATE, NO_TEMPLATE, TEMPLATE_FAILED
from generator.filters import csharp_string, literal, one_line, truth
from generator.plan import AllowedModel, FragmentIds, NamedValueIds, Plan, ProductPlan

_OWN = frozenset(
    {AllowedModel, Estate, FragmentIds, Gateway, ModelAlias, NamedValueIds, Plan, ProductPlan, Retry, Tenant}
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with a short way for what nearly every access is: a plain value of one of our own."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Whether a template may read an attribute."""
        if type(obj) in _OWN and not attr.startswith("_") and not callable(value):
            return True
        return super().is_safe_attribute(obj, attr, value)


class Templates:
    """The templates of a folder, each compiled once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own = jinja2.FileSystemLoader(folder)
        self._environment = _Sandbox(
            loader=jinja2.ChoiceLoader(
                [jinja2.FileSystemLoader(folder / "local"), own, jinja2.PrefixLoader({"base": own})]
            ),
            block_start_string="[%",
            block_end_string="%]",
            variable_start_string="[[",
            variable_end_string="]]",
            comment_start_string="[#",
            comment_end_string="#]",
            undefined=jinja2.StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters.update(
            csharp_string=csharp_string, literal=literal, one_line=one_line, truth=truth
        )

    def get(self, name: str) -> jinja2.Template:
        """A compiled template.

        Raises:
            Rejected: GEN400 when it is not there, GEN401 when it is not Jinja.
        """
        try:
            return self._environment.get_template(name)
        except (jinja2.TemplateError, OSError, UnicodeDecodeError) as fault:
            raise Rejected([self._diagnostic(fault, name)]) from fault

    def render(self, template: jinja2.Template, values: Mapping[str, object]) -> str:
        """A template's text.

        Raises:
            Rejected: GEN402 when an undefined value, a forbidden access or any other fault stops it.
        """
        try:
            return template.render(values)
        except Exception as fault:  # a template runs whatever its author wrote
            raise Rejected([self._diagnostic(fault, template.name or "?")]) from fault

    def _diagnostic(self, fault: Exception, name: str) -> Diagnostic:
        match fault:
            case jinja2.TemplateSyntaxError():
                place = Span(
                    self._shown(fault.filename or fault.name or name), fault.lineno, 1, fault.lineno, 2
                )
                return BROKEN_TEMPLATE.at(place, fault.message or "this is not Jinja")
            case jinja2.TemplateNotFound():
                hint = f"templates are looked for in {self.folder}"
                return NO_TEMPLATE.at(
                    Span(self._shown(name)), f"there is no template {fault.name}", hint=hint
                )
            case OSError() | UnicodeDecodeError():
                return NO_TEMPLATE.at(Span(self._shown(name)), str(fault))
            case _:
                hint = "templates see the estate (estate), the decisions (plan) and, for a product, product"
                return TEMPLATE_FAILED.at(
                    self._place(fault, name), f"{type(fault).__name__}: {fault}", hint=hint
                )

    def _place(self, fault: Exception, name: str) -> Span:
        inside = [
            frame
            for frame in traceback.extract_tb(fault.__traceback__)
            if frame.filename.endswith(".j2") and frame.lineno
        ]
        if not inside:
            return Span(self._shown(name))
        line = inside[-1].lineno or 0
        return Span(inside[-1].filename, line, 1, line, 2)

    def _shown(self, name: str) -> str:
        return (
            name if Path(name).is_absolute() or name.startswith(str(self.folder)) else str(self.folder / name)
        )
