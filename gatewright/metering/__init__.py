"""Metering: what an exchange used, read from its bytes. No proxy in it, no files, no clock.

Entry points: `exchange_meter.ExchangeMeter` (live), `recorded.meter` (recordings),
`apis.reader_for` (one answer), `injection` (asking for usage, hiding it), `record.UsageRecord`,
`attribution`.
"""
