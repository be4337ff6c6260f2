"""Faults of using the command itself."""

from gatewright.diagnostics import Code, Severity

MISUSE = Code("CLI001", "misuse", Severity.ERROR, "An option or argument cannot be used.", unreadable=True)
NO_EXTRA = Code("CLI002", "missing-extra", Severity.ERROR, "A command needs more packages.", unreadable=True)
NO_FILE = Code("CLI003", "no-such-file", Severity.ERROR, "A file cannot be read.", unreadable=True)
NOT_WRITABLE = Code("CLI004", "not-writable", Severity.ERROR, "A file cannot be written.", unreadable=True)
NO_SUCH_CODE = Code("CLI005", "no-such-code", Severity.ERROR, "There is no such code.", unreadable=True)
NO_TENANT = Code("CLI006", "no-such-tenant", Severity.ERROR, "There is no such tenant.", unreadable=True)
OWN_FAILURE = Code("CLI009", "internal-error", Severity.ERROR, "Gatewright itself failed.")
