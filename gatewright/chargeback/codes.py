"""Faults of rates and ledgers."""

from gatewright.diagnostics import Code, Severity

NO_PRICES = Code("CHB700", "no-prices", Severity.ERROR, "Prices cannot be read.", unreadable=True)
UNKNOWN_KEY = Code("CHB701", "unknown-price-key", Severity.ERROR, "A price file has an unknown key.")
MISSING_KEY = Code("CHB702", "missing-price-key", Severity.ERROR, "A price file lacks a key.")
BAD_PRICE = Code("CHB703", "bad-price", Severity.ERROR, "A price, date or name cannot be used.")
OVERLAP = Code("CHB704", "price-overlap", Severity.ERROR, "Two rates hold for a model at the same time.")
GAP = Code("CHB705", "price-gap", Severity.ERROR, "Between two rates of a model lies time without a rate.")
CURRENCIES = Code("CHB706", "mixed-currencies", Severity.ERROR, "Price files name different currencies.")
UNPRICED_MODEL = Code(
    "CHB707",
    "unpriced-deployment",
    Severity.WARNING,
    "A deployment has no rate, so its use will be unpriced.",
)
NO_LEDGER = Code("CHB710", "no-ledger", Severity.ERROR, "A ledger cannot be read.", unreadable=True)
BAD_RECORD = Code("CHB711", "bad-record", Severity.ERROR, "A line of a ledger is no usage record.")
TORN_RECORD = Code(
    "CHB712", "torn-record", Severity.WARNING, "The last line of a ledger is cut off, as after a crash."
)
UNPRICED_USAGE = Code(
    "CHB713", "unpriced-usage", Severity.WARNING, "Usage has no rate; its cost is missing from the sum."
)
