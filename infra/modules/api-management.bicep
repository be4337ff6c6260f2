metadata description = 'The API Management service itself; what stands in it is deployed by `gatewright deploy`.'

@description('Required. Name of the service.')
@minLength(1)
@maxLength(50)
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Tier of the service.')
param tier string

@description('Required. Units of the service; without meaning in the Consumption tier.')
param units int

@description('Required. Name of who publishes the APIs.')
@maxLength(100)
param publisherName string

@description('Required. Mail address of who publishes the APIs.')
@maxLength(100)
param publisherEmail string

@description('Required. Resource id of the identity of the service.')
param identityId string

@description('Required. Resource id of the subnet; empty where the service stands in no network.')
param subnetId string

@description('Required. Resource id of the public address; empty where the tier brings its own.')
param publicIpAddressId string

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

var isClassic = contains(['Developer', 'Basic', 'Standard', 'Premium'], tier)
var subnetConfiguration = {
  subnetResourceId: subnetId
}
var classicHardening = {
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls11': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Ssl30': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls10': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls11': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Ssl30': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TripleDes168': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_CBC_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_256_CBC_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_RSA_WITH_AES_128_GCM_SHA256': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA': 'False'
  'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Ciphers.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA': 'False'
}

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: tier
    capacity: tier == 'Consumption' ? 0 : units
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    publisherName: publisherName
    publisherEmail: publisherEmail
    virtualNetworkType: empty(subnetId) ? 'None' : 'External'
    virtualNetworkConfiguration: empty(subnetId) ? null : subnetConfiguration
    publicIpAddressId: empty(publicIpAddressId) ? null : publicIpAddressId
    customProperties: isClassic ? classicHardening : null
    apiVersionConstraint: {
      minApiVersion: '2021-08-01'
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (tier != 'Consumption') {
  name: 'to-log-analytics'
  scope: service
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        category: 'GatewayLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Name of the service.')
output name string = service.name

@description('Address of the gateway.')
output gatewayUrl string = service.properties.gatewayUrl
