"""`python -m gatewright.cli`, the same as `gatewright`."""

from gatewright.cli import main

main()
