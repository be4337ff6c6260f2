"""Codes of infrastructure: what a Bicep compiler, Azure or azd would refuse."""

from __future__ import annotations

from gatewright.diagnostics import Code, Severity

NOT_READ = Code(
    "INF001",
    "infra-not-readable",
    Severity.ERROR,
    "An infrastructure file cannot be read.",
    unreadable=True,
)
SYNTAX = Code("INF002", "bicep-syntax", Severity.ERROR, "The file is not Bicep.")
ONE_LINE = Code(
    "INF003",
    "bicep-one-line",
    Severity.ERROR,
    "Two members of an object or array share a line without a comma.",
)
DUPLICATE = Code("INF004", "bicep-duplicate", Severity.ERROR, "A symbol or property is declared twice.")
UNKNOWN_SYMBOL = Code("INF010", "unknown-symbol", Severity.ERROR, "A name is not declared in the file.")
UNKNOWN_FUNCTION = Code("INF011", "unknown-function", Severity.ERROR, "There is no such Bicep function.")
ARGUMENT_COUNT = Code(
    "INF012", "argument-count", Severity.ERROR, "A function is called with too few or too many arguments."
)
UNUSED = Code("INF013", "unused-symbol", Severity.ERROR, "A parameter or variable is never used.")
NO_DESCRIPTION = Code(
    "INF014", "no-description", Severity.ERROR, "A parameter or output does not say what it is."
)
NO_MODULE = Code("INF020", "no-such-module", Severity.ERROR, "A file that Bicep loads does not exist.")
UNKNOWN_PARAMETER = Code(
    "INF021", "unknown-parameter", Severity.ERROR, "A module has no such parameter, or a file sets one."
)
MISSING_PARAMETER = Code("INF022", "missing-parameter", Severity.ERROR, "A required parameter is not given.")
WRONG_TYPE = Code("INF023", "wrong-type", Severity.ERROR, "A value has another type than is expected.")
UNKNOWN_OUTPUT = Code("INF024", "unknown-output", Severity.ERROR, "A module has no such output.")
SECRET_OUTPUT = Code("INF025", "secret-in-output", Severity.ERROR, "An output would show a secret.")
UNKNOWN_TYPE = Code("INF030", "unknown-resource-type", Severity.ERROR, "There is no such resource type.")
UNKNOWN_VERSION = Code(
    "INF031", "unknown-api-version", Severity.ERROR, "The resource type has no such API version."
)
UNKNOWN_PROPERTY = Code("INF032", "unknown-property", Severity.ERROR, "A resource has no such property.")
MISSING_PROPERTY = Code("INF033", "missing-property", Severity.ERROR, "A required property is absent.")
UNKNOWN_VALUE = Code(
    "INF034", "unknown-value", Severity.ERROR, "A value is not among those that Azure names."
)
OUT_OF_LIMITS = Code(
    "INF035", "out-of-limits", Severity.ERROR, "A value is too long, too large or does not match its pattern."
)
UNCHECKED_TYPE = Code(
    "INF036", "unchecked-resource-type", Severity.WARNING, "The body of this API version cannot be checked."
)
READ_ONLY = Code("INF037", "read-only", Severity.ERROR, "A property or resource can only be read.")
PARAMETER_FILE = Code("INF040", "parameter-file", Severity.ERROR, "The parameter file is not one.")
UNKNOWN_VARIABLE = Code(
    "INF041", "unknown-azd-variable", Severity.ERROR, "A ${NAME} is neither azd's nor documented."
)
AZD_KEY = Code("INF050", "unknown-azd-key", Severity.ERROR, "azure.yaml has a key that azd does not know.")
AZD_FILE = Code("INF051", "azd-file", Severity.ERROR, "azure.yaml names a file or folder that is not there.")
AZD_SERVICE = Code(
    "INF052", "azd-service", Severity.ERROR, "A service of azure.yaml has no resource with its tag."
)
LINTER = Code("INF060", "bicep-linter", Severity.ERROR, "A rule of Bicep's linter is not kept.")
RUNTIME = Code(
    "INF061", "bicep-runtime", Severity.ERROR, "A value that only a deployment knows is needed before it."
)
MISPLACED = Code(
    "INF062", "bicep-misplaced", Severity.ERROR, "An expression stands where the compiler takes none."
)
MAY_BE_NULL = Code(
    "INF063",
    "bicep-null",
    Severity.ERROR,
    "What may be null, or not deployed, is used as if it were always there.",
)
CIRCLE = Code("INF064", "bicep-circle", Severity.ERROR, "A symbol needs itself.")
ONE_NAME = Code("INF065", "bicep-one-name", Severity.ERROR, "Two are deployed under one name.")
SCOPE = Code("INF066", "bicep-scope", Severity.ERROR, "Something is deployed to a scope that it is not for.")
DECORATOR = Code(
    "INF067", "bicep-decorator", Severity.ERROR, "A decorator stands where the compiler takes none."
)
BUILD_ERROR = Code("INF070", "bicep-build", Severity.ERROR, "The Bicep compiler refuses a file.")
BUILD_WARNING = Code("INF071", "bicep-build-warning", Severity.WARNING, "The Bicep compiler warns.")
