metadata description = 'Container Apps environment with the ledger share.'

@description('Required. Name of the environment.')
@maxLength(60)
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Resource id of the subnet; empty for an environment without a network of its own.')
param subnetId string

@description('Required. Whether the environment is reached only from inside the network.')
param internal bool

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Required. Name of the storage account with the ledger share.')
param storageAccountName string

@description('Required. Name of the ledger share.')
param shareName string

var networkConfiguration = {
  infrastructureSubnetId: subnetId
  internal: internal
}

resource storageAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource environment 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    vnetConfiguration: empty(subnetId) ? null : networkConfiguration
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
    zoneRedundant: false
  }
}

resource ledger 'Microsoft.App/managedEnvironments/storages@2025-01-01' = {
  parent: environment
  name: 'ledger'
  properties: {
    azureFile: {
      accountName: storageAccountName
      accountKey: storageAccount.listKeys().keys[0].value
      shareName: shareName
      accessMode: 'ReadWrite'
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the environment.')
output id string = environment.id

@description('Name of the environment.')
output name string = environment.name

@description('Domain that names of its applications end in.')
output defaultDomain string = environment.properties.defaultDomain

@description('Address of the environment in its network.')
output staticIp string = environment.properties.staticIp

@description('Name of the ledger storage of the environment.')
output ledgerStorageName string = ledger.name
