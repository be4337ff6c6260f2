metadata description = 'An API Management service that exists already: only read, never changed.'

@description('Required. Name of the service.')
@minLength(1)
@maxLength(50)
param name string

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: name
}

@description('Name of the service.')
output name string = service.name

@description('Address of the gateway.')
output gatewayUrl string = service.properties.gatewayUrl
