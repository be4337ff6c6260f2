"""The metering process: forwards each exchange to its route and writes down what it used.

It decides nothing about routing (API Management does); it measures. Only `main`, `addon` and `compat`
know mitmproxy, everything else is plain Python that takes values and a clock.
"""
