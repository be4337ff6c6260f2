# Lets Azure CLI work in the subscription of the azd environment, so that both speak of the same place. Logs in where
# nobody is; a pipeline is logged in already.
$ErrorActionPreference = 'Stop'
$subscription = $env:AZURE_SUBSCRIPTION_ID
if (-not $subscription) { $subscription = azd env get-value AZURE_SUBSCRIPTION_ID }
if (-not (Get-Command az -ErrorAction SilentlyContinue)) { throw 'Azure CLI (az) is not installed' }
az account show --output none 2>$null
if ($LASTEXITCODE) {
    if ($env:CI -or $env:TF_BUILD -or $env:GITHUB_ACTIONS) { throw 'az is not logged in' }
    if ($env:AZURE_TENANT_ID) { az login --output none --tenant $env:AZURE_TENANT_ID } else { az login --output none }
}
az account set --subscription $subscription 2>$null
if ($LASTEXITCODE) { throw "az cannot work in ${subscription}: log in to its tenant with an account that has access" }
Write-Output "az works in $subscription"
