# After deploying the proxy: everything that stands in API Management, from build/<environment>/.
$ErrorActionPreference = 'Stop'
$environment = if ($env:GATEWRIGHT_ENV) { $env:GATEWRIGHT_ENV } else { 'dev' }
[Console]::Error.WriteLine("This version provisions Azure and deploys the proxy, but cannot write to API Management yet.")
[Console]::Error.WriteLine("What is to stand there is in build/$environment/ (bundle.json, policies/, fragments/).")
exit 1
