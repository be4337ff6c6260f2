# After `azd down`: forgets who deployed and what the generated parameters were, and removes the application that
# appreg registered. What cannot be removed is told, and does not stop the rest.
$ErrorActionPreference = 'Stop'
$parameters = Join-Path $PSScriptRoot '../infra/main.parameters.json'
if (Test-Path $parameters) { Remove-Item $parameters }
if ($env:PROXY_APPLICATION_ID) {
    az ad app delete --id $env:PROXY_APPLICATION_ID
    if ($LASTEXITCODE) {
        Write-Warning "the application is still registered: az ad app delete --id $env:PROXY_APPLICATION_ID"
    } else {
        azd env set PROXY_APPLICATION_ID ''
    }
}
azd env set MY_IP_ADDRESS ''
azd env set MY_USER_ID ''
azd env set SERVICE_PROXY_IMAGE_NAME ''
