metadata description = 'Azure Managed Redis, external cache of API Management.'

@description('Required. Name of the cluster.')
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Whether the cluster is reached over the public network.')
param publicAccess bool

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Balanced_B0'
  }
  properties: {
    minimumTlsVersion: '1.2'
    highAvailability: 'Enabled'
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: cluster
  name: 'default'
  properties: {
    clientProtocol: 'Encrypted'
    port: 10000
    clusteringPolicy: 'EnterpriseCluster'
    evictionPolicy: 'NoEviction'
    accessKeysAuthentication: 'Enabled'
    modules: [
      {
        name: 'RediSearch'
      }
    ]
  }
}

@description('Resource id of the cluster.')
output id string = cluster.id

@description('Name of the cluster.')
output name string = cluster.name

@description('Host and port of the database.')
output address string = '${cluster.properties.hostName}:${database.properties.port}'
