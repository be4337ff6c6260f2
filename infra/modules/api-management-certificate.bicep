metadata description = 'The client certificate with which an API Management service calls the proxy, from the Key Vault.'

@description('Required. Name of the API Management service.')
param apimName string

@description('Required. Name of the certificate in the service; policies name it.')
param name string

@description('Required. Address of the certificate in the Key Vault, without a version: a renewed one is taken within four hours.')
param secretUri string

@description('Required. Client id of the identity of the service, which may read the Key Vault.')
param identityClientId string

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource certificate 'Microsoft.ApiManagement/service/certificates@2024-05-01' = {
  parent: service
  name: name
  properties: {
    keyVault: {
      secretIdentifier: secretUri
      identityClientId: identityClientId
    }
  }
}
