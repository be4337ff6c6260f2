metadata description = 'Container registry; the proxy pulls its image by identity.'

@description('Required. Name of the registry.')
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Whether the registry is reached over the public network only (Basic) or privately (Premium).')
param publicAccess bool

@description('Required. Address that may reach the registry over the public network; empty for none.')
param allowedIpAddress string

@description('Required. Object id of the identity that pulls.')
param pullPrincipalId string

var pullRole = '7f951dda-4ed3-4680-a7ca-43fe172d538d'
var allowedAddresses = [
  {
    value: allowedIpAddress
    action: 'Allow'
  }
]
var privateRules = {
  defaultAction: 'Deny'
  ipRules: empty(allowedIpAddress) ? [] : allowedAddresses
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: publicAccess ? 'Basic' : 'Premium'
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    publicNetworkAccess: publicAccess || !empty(allowedIpAddress) ? 'Enabled' : 'Disabled'
    networkRuleBypassOptions: 'AzureServices'
    networkRuleSet: publicAccess ? null : privateRules
  }
}

resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, pullPrincipalId, pullRole)
  scope: registry
  properties: {
    principalId: pullPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', pullRole)
  }
}

@description('Resource id of the registry.')
output id string = registry.id

@description('Name of the registry.')
output name string = registry.name

@description('Host that images are pushed to and pulled from.')
output loginServer string = registry.properties.loginServer
