# Registers the application that tokens from API Management to the proxy are for (docs/proof.md), once: a second run
# finds it. Keeps its id in the azd environment, so that cleanup can remove it. No secret is made.
$ErrorActionPreference = 'Stop'
& "$PSScriptRoot/set-az-currentsubscription.ps1" | Out-Host
$environment = if ($env:AZURE_ENV_NAME) { $env:AZURE_ENV_NAME } else { azd env get-value AZURE_ENV_NAME }
if (-not $env:AZURE_ENV_NAME -and $LASTEXITCODE) { exit $LASTEXITCODE }
$name = "gatewright-proxy-$environment"
$id = az ad app list --display-name $name --query "[?displayName=='$name'].appId | [0]" --output tsv
if ($LASTEXITCODE) { exit $LASTEXITCODE }
if (-not $id) { $id = az ad app create --display-name $name --sign-in-audience AzureADMyOrg --query appId --output tsv }
if ($LASTEXITCODE) { exit $LASTEXITCODE }
az ad app update --id $id --identifier-uris "api://$id"
if ($LASTEXITCODE) { exit $LASTEXITCODE }
az ad sp show --id $id --output none 2>$null
if ($LASTEXITCODE) {
    az ad sp create --id $id --output none
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}
azd env set PROXY_APPLICATION_ID $id
Write-Output 'write into config/gateway.yaml:'
Write-Output "proxyAudience: api://$id"
