# After `azd down`: forgets who deployed and what the generated parameters were.
$ErrorActionPreference = 'Stop'
$parameters = Join-Path $PSScriptRoot '../infra/main.parameters.json'
if (Test-Path $parameters) { Remove-Item $parameters }
azd env set MY_IP_ADDRESS ''
azd env set MY_USER_ID ''
azd env set SERVICE_PROXY_IMAGE_NAME ''
