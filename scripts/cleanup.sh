#!/bin/sh
# After `azd down`: forgets who deployed and what the generated parameters were.
set -eu
folder=$(dirname "$0")
rm -f "$folder/../infra/main.parameters.json"
azd env set MY_IP_ADDRESS ""
azd env set MY_USER_ID ""
azd env set SERVICE_PROXY_IMAGE_NAME ""
