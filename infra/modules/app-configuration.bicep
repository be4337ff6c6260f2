metadata description = 'App Configuration with the keys that readers of the first version know.'

@description('Required. Name of the store.')
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Whether the store is reached over the public network.')
param publicAccess bool

@description('Required. Object ids of the identities that read settings.')
param readerPrincipalIds string[]

@description('Required. Where usage records are sent.')
param ingestionEndpoint string

@description('Required. Immutable id of the data collection rule.')
param ruleImmutableId string

@description('Required. Stream of the data collection rule.')
param stream string

@description('Required. Routes of the proxy as JSON, placeholders filled.')
param routes string

@description('Required. Routes as the proxy of the first version reads them, as JSON, placeholders filled.')
param firstVersionRoutes string

@description('Required. Object id of who deploys, and may read settings; empty for none.')
param userPrincipalId string

@description('Required. Tenants as JSON: ids and names of secrets.')
param tenants string

var dataReaderRole = '516239f1-63e1-4d78-a4de-a74fb236a071'
var settings = [
  {
    key: 'AzureMonitor:DataCollectionEndPoint'
    value: ingestionEndpoint
    contentType: 'text/plain'
  }
  {
    key: 'AzureMonitor:DataCollectionRuleImmutableId'
    value: ruleImmutableId
    contentType: 'text/plain'
  }
  {
    key: 'AzureMonitor:DataCollectionRuleStream'
    value: stream
    contentType: 'text/plain'
  }
  {
    key: 'EntraId:TenantId'
    value: tenant().tenantId
    contentType: 'text/plain'
  }
  {
    key: 'AzureAIProxy:ProxyConfig'
    value: firstVersionRoutes
    contentType: 'application/json'
  }
  {
    key: 'Gatewright:Routes'
    value: routes
    contentType: 'application/json'
  }
  {
    key: 'Gatewright:Tenants'
    value: tenants
    contentType: 'application/json'
  }
]

resource store 'Microsoft.AppConfiguration/configurationStores@2024-06-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'standard'
  }
  properties: {
    disableLocalAuth: true
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    dataPlaneProxy: {
      authenticationMode: 'Pass-through'
      privateLinkDelegation: 'Enabled'
    }
  }
}

resource keyValues 'Microsoft.AppConfiguration/configurationStores/keyValues@2024-06-01' = [
  for setting in settings: {
    parent: store
    name: setting.key
    properties: {
      value: setting.value
      contentType: setting.contentType
    }
  }
]

resource readers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in readerPrincipalIds: {
    name: guid(store.id, principalId, dataReaderRole)
    scope: store
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReaderRole)
    }
  }
]

resource user 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {
  name: guid(store.id, userPrincipalId, dataReaderRole)
  scope: store
  properties: {
    principalId: userPrincipalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReaderRole)
  }
}

@description('Resource id of the store.')
output id string = store.id

@description('Address of the store.')
output endpoint string = store.properties.endpoint
