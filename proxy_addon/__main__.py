"""`python -m proxy_addon`, and `python -m proxy_addon resend`."""

import os
import sys

from proxy_addon.sinks import resend

if __name__ == "__main__":
    if sys.argv[1:2] == [resend.COMMAND]:
        sys.exit(resend.main(sys.argv[2:], os.environ))
    from proxy_addon.main import main

    sys.exit(main())
