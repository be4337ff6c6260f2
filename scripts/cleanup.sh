#!/bin/sh
# After `azd down`: forgets who deployed and what the generated parameters were, and removes the application that
# appreg registered. What cannot be removed is told, and does not stop the rest.
set -eu
folder=$(dirname "$0")
rm -f "$folder/../infra/main.parameters.json"
if [ -n "${PROXY_APPLICATION_ID:-}" ]; then
  if az ad app delete --id "$PROXY_APPLICATION_ID"; then
    azd env set PROXY_APPLICATION_ID ""
  else
    echo "the application $PROXY_APPLICATION_ID is still registered: az ad app delete --id $PROXY_APPLICATION_ID" >&2
  fi
fi
azd env set MY_IP_ADDRESS ""
azd env set MY_USER_ID ""
azd env set SERVICE_PROXY_IMAGE_NAME ""
