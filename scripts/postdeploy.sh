#!/bin/sh
# After deploying the proxy: everything that stands in API Management, from build/<environment>/.
set -eu
echo "This version provisions Azure and deploys the proxy, but cannot write to API Management yet." >&2
echo "What is to stand there is in build/${GATEWRIGHT_ENV:-dev}/ (bundle.json, policies/, fragments/)." >&2
exit 1
