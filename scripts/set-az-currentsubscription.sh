#!/bin/sh
# Lets Azure CLI work in the subscription of the azd environment, so that both speak of the same place. Logs in where
# nobody is; a pipeline is logged in already.
set -eu
subscription=${AZURE_SUBSCRIPTION_ID:-$(azd env get-value AZURE_SUBSCRIPTION_ID)}
command -v az >/dev/null 2>&1 || { echo "Azure CLI (az) is not installed" >&2; exit 1; }
if ! az account show --output none 2>/dev/null; then
  if [ -n "${CI:-}${TF_BUILD:-}${GITHUB_ACTIONS:-}" ]; then
    echo "az is not logged in" >&2
    exit 1
  fi
  az login --output none ${AZURE_TENANT_ID:+--tenant "$AZURE_TENANT_ID"}
fi
if ! az account set --subscription "$subscription" 2>/dev/null; then
  echo "az cannot work in $subscription: log in to its tenant with an account that has access" >&2
  exit 1
fi
echo "az works in $subscription"
