# Before provisioning: who deploys, then the parameters from config/. GATEWRIGHT_ENV names the configuration's
# environment (dev where it is not set).
$ErrorActionPreference = 'Stop'
$environment = if ($env:GATEWRIGHT_ENV) { $env:GATEWRIGHT_ENV } else { 'dev' }
$env:PATH = "$(Join-Path $PSScriptRoot '../.venv/Scripts')$([IO.Path]::PathSeparator)$env:PATH"
& "$PSScriptRoot/set-env.ps1"
gatewright check --env $environment
if ($LASTEXITCODE) { exit $LASTEXITCODE }
gatewright generate --env $environment
exit $LASTEXITCODE
