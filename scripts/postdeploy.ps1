# After deploying the proxy: everything that stands in API Management, from build/<environment>/.
$ErrorActionPreference = 'Stop'
$environment = if ($env:GATEWRIGHT_ENV) { $env:GATEWRIGHT_ENV } else { 'dev' }
$env:PATH = "$(Join-Path $PSScriptRoot '../.venv/Scripts')$([IO.Path]::PathSeparator)$env:PATH"
gatewright deploy --env $environment
exit $LASTEXITCODE
