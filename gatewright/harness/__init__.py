"""The local gateway: runs the very policies of `build/<env>/` as API Management would.

What Microsoft does not document is our reading; the readings stand together in `gatewright.harness.errors`.
"""
