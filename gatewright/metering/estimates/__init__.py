"""What an estimate of usage is made of: vocabularies, what a client saw of an answer, what a prompt counts.

Entry point: `gatewright.metering.estimate`.
"""
