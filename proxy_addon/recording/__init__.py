"""The sampled recorder: whole exchanges, redacted, for replay and for metering once more. Off by default.

It watches and never decides: what it cannot record is dropped and counted, and the exchange goes on.
"""
