"""Fault codes of recordings, `REC9xx`."""

from gatewright.diagnostics import Code, Severity

NO_FILE = Code(
    "REC900", "no-such-recording", Severity.ERROR, "A recording cannot be opened.", unreadable=True
)
NOT_JSON = Code("REC901", "recording-not-json", Severity.ERROR, "A recording is not JSON.", unreadable=True)
NOT_HAR = Code("REC902", "not-har", Severity.ERROR, "A JSON file is not a HAR recording.", unreadable=True)
BAD_ENTRY = Code(
    "REC903",
    "har-entry",
    Severity.ERROR,
    "An entry of a HAR recording lacks a member, or has one of the wrong kind.",
    unreadable=True,
)
FLOW_FILE = Code(
    "REC904",
    "flow-file",
    Severity.ERROR,
    "A mitmproxy flow file is damaged, or stands where HAR is wanted.",
    unreadable=True,
)
BAD_FLOW = Code(
    "REC906",
    "flow-entry",
    Severity.ERROR,
    "A flow of a mitmproxy file is no whole HTTP exchange.",
    unreadable=True,
)
CANNOT_WRITE = Code("REC905", "recording-not-written", Severity.ERROR, "A recording cannot be written.")
