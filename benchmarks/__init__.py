"""What Gatewright costs, measured: CPU time on one core, or ratios to a peer in one run."""
