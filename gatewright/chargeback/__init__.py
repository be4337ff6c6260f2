"""What usage costs and who bears it: ledgers, dated rates, cost, reports.

Records carry quantities, never money; a rate is chosen by the time of the record. What has no rate is
*unpriced*, which is not the same as free.
"""
