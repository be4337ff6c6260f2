"""Fault codes of the sinks: what stops one from being set up."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

BAD_ADDRESS = Code(
    "PRX650", "sink-address", Severity.ERROR, "The address of a sink is incomplete or cannot be understood."
)
UNKNOWN_SCHEME = Code("PRX651", "sink-unknown", Severity.ERROR, "There is no sink of this scheme.")
UNKNOWN_OPTION = Code(
    "PRX652", "sink-option", Severity.ERROR, "A sink has no such option, or not this value."
)
NAME_TAKEN = Code(
    "PRX653",
    "sink-name-taken",
    Severity.ERROR,
    "Two sinks share a name, and with it their place in the journal.",
)
NO_PACKAGE = Code(
    "PRX654", "sink-package-missing", Severity.ERROR, "A sink needs a package that is not installed."
)
FOLDER_UNUSABLE = Code(
    "PRX655",
    "sink-folder-unusable",
    Severity.ERROR,
    "A folder or file that a sink needs cannot be used.",
    unreadable=True,
)
COLUMN_MISSING = Code(
    "PRX656",
    "column-missing",
    Severity.ERROR,
    "A column of the usage table is not declared; Azure would drop it.",
)
COLUMN_TYPE = Code(
    "PRX657", "column-type", Severity.ERROR, "A column of the usage table is declared with another type."
)
COLUMN_UNKNOWN = Code(
    "PRX658", "column-unknown", Severity.WARNING, "A column is declared that no usage record fills."
)
