"""`python -m proxy_addon`."""

import sys

from proxy_addon.main import main

if __name__ == "__main__":
    sys.exit(main())
