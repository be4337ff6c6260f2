# Tells the azd environment who deploys: MY_USER_ID (may write secrets of the Key Vault) and MY_IP_ADDRESS (may
# reach vault and registry of a private deployment). What is set already stays; a pipeline needs neither.
$ErrorActionPreference = 'Stop'
$octet = '(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])'
$ipv4 = "^($octet\.){3}$octet$"
$inPipeline = $env:CI -or $env:TF_BUILD -or $env:GITHUB_ACTIONS

function Find-Address {
    $services = 'https://api.ipify.org', 'https://ifconfig.me/ip', 'https://icanhazip.com'
    if ($env:MY_IP_SERVICE) { $services = $env:MY_IP_SERVICE -split ' ' }
    foreach ($service in $services) {
        try {
            $found = "$(Invoke-RestMethod -Uri $service -TimeoutSec 5)".Trim()
            if ($found -match $ipv4) { return $found }
        } catch {
            Write-Warning "$service did not answer"
        }
    }
    return $null
}

if ($env:MY_IP_ADDRESS) {
    if ($env:MY_IP_ADDRESS -notmatch $ipv4) { throw 'MY_IP_ADDRESS is no IPv4 address' }
} elseif ($inPipeline) {
    Write-Output 'in a pipeline: MY_IP_ADDRESS is left empty'
} else {
    $address = Find-Address
    if ($address) {
        azd env set MY_IP_ADDRESS $address
    } else {
        Write-Warning 'your public address is not known; to reach the Key Vault from here: azd env set MY_IP_ADDRESS <address>'
    }
}

if (-not $env:MY_USER_ID) {
    $user = $env:AZURE_PRINCIPAL_ID
    if (-not $user -and -not $inPipeline -and (Get-Command az -ErrorAction SilentlyContinue)) {
        $user = az ad signed-in-user show --query id --output tsv
    }
    if ($user) {
        azd env set MY_USER_ID $user
    } else {
        Write-Warning 'who deploys is not known; to write secrets from here: azd env set MY_USER_ID <object id>'
    }
}
