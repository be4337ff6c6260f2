#!/bin/sh
# Tells the azd environment who deploys: MY_USER_ID (may write secrets of the Key Vault) and MY_IP_ADDRESS (may
# reach vault and registry of a private deployment). What is set already stays; a pipeline needs neither.
#
#   azd env set MY_IP_ADDRESS 203.0.113.7     set the address yourself
#   MY_IP_SERVICE=https://ip.example.org      ask this service instead of the usual ones
set -eu

is_ipv4() {
  printf '%s' "$1" | grep -Eq '^((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])$'
}

in_pipeline() {
  [ -n "${CI:-}${TF_BUILD:-}${GITHUB_ACTIONS:-}" ]
}

find_address() {
  command -v curl >/dev/null 2>&1 || return 1
  for service in ${MY_IP_SERVICE:-https://api.ipify.org https://ifconfig.me/ip https://icanhazip.com}; do
    found=$(curl --ipv4 --fail --silent --max-time 5 "$service" | tr -d '[:space:]') || continue
    if is_ipv4 "$found"; then
      printf '%s' "$found"
      return 0
    fi
  done
  return 1
}

find_user() {
  command -v az >/dev/null 2>&1 || return 1
  az ad signed-in-user show --query id --output tsv 2>/dev/null
}

if [ -n "${MY_IP_ADDRESS:-}" ]; then
  is_ipv4 "$MY_IP_ADDRESS" || { echo "MY_IP_ADDRESS is no IPv4 address" >&2; exit 1; }
elif in_pipeline; then
  echo "in a pipeline: MY_IP_ADDRESS is left empty"
elif address=$(find_address); then
  azd env set MY_IP_ADDRESS "$address"
else
  echo "your public address is not known; to reach the Key Vault from here: azd env set MY_IP_ADDRESS <address>" >&2
fi

if [ -z "${MY_USER_ID:-}" ]; then
  if [ -n "${AZURE_PRINCIPAL_ID:-}" ]; then
    azd env set MY_USER_ID "$AZURE_PRINCIPAL_ID"
  elif ! in_pipeline && user=$(find_user) && [ -n "$user" ]; then
    azd env set MY_USER_ID "$user"
  else
    echo "who deploys is not known; to write secrets from here: azd env set MY_USER_ID <object id>" >&2
  fi
fi
