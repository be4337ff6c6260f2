metadata description = 'Managed Redis as the external cache of an API Management service; its key goes from one to the other and nowhere else.'

@description('Required. Name of the API Management service.')
param apimName string

@description('Required. Name of the Managed Redis cluster.')
param redisName string

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' existing = {
  name: redisName
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' existing = {
  parent: cluster
  name: 'default'
}

resource cache 'Microsoft.ApiManagement/service/caches@2024-05-01' = {
  parent: service
  name: 'default'
  properties: {
    description: 'Azure Managed Redis'
    connectionString: '${cluster.properties.hostName}:${database.properties.port},password=${database.listKeys().primaryKey},ssl=True,abortConnect=False'
    useFromLocation: 'default'
    resourceId: '${environment().resourceManager}${substring(cluster.id, 1)}'
  }
}
