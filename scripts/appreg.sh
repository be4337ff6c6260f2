#!/bin/sh
# Registers the application that tokens from API Management to the proxy are for (docs/proof.md), once: a second run
# finds it. Keeps its id in the azd environment, so that cleanup can remove it. No secret is made.
set -eu
"$(dirname "$0")/set-az-currentsubscription.sh" >&2
name="gatewright-proxy-${AZURE_ENV_NAME:-$(azd env get-value AZURE_ENV_NAME)}"
id=$(az ad app list --display-name "$name" --query "[?displayName=='$name'].appId | [0]" --output tsv)
if [ -z "$id" ]; then
  id=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
fi
az ad app update --id "$id" --identifier-uris "api://$id"
az ad sp show --id "$id" --output none 2>/dev/null || az ad sp create --id "$id" --output none
azd env set PROXY_APPLICATION_ID "$id"
echo "write into config/gateway.yaml:"
echo "proxyAudience: api://$id"
