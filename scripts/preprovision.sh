#!/bin/sh
# Before provisioning: who deploys, then the parameters from config/. GATEWRIGHT_ENV names the configuration's
# environment (dev where it is not set).
set -eu
folder=$(dirname "$0")
PATH="$folder/../.venv/bin:$PATH"
"$folder/set-env.sh"
gatewright check --env "${GATEWRIGHT_ENV:-dev}"
gatewright generate --env "${GATEWRIGHT_ENV:-dev}"
