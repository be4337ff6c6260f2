#!/bin/sh
# After deploying the proxy: everything that stands in API Management, from build/<environment>/.
set -eu
PATH="$(dirname "$0")/../.venv/bin:$PATH"
gatewright deploy --env "${GATEWRIGHT_ENV:-dev}"
