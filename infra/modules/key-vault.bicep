metadata description = 'Key Vault for the keys of tenants and the secrets between API Management and proxy.'

@description('Required. Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Whether the vault is reached over the public network.')
param publicAccess bool

@description('Required. Address that may reach the vault over the public network; empty for none.')
param allowedIpAddress string

@description('Required. Object ids of the identities that read secrets.')
param readerPrincipalIds string[]

@description('Required. Object id of who deploys and writes secrets; empty for none.')
param officerPrincipalId string

@description('Required. Whether to make the two platform secrets: only at the first deployment, later ones keep them.')
param createSecrets bool

@description('Required. Name of the secret that proves to the proxy that API Management is calling.')
param proofSecretName string

@description('Required. Name of the secret that hashes end users.')
param userKeySecretName string

@description('Required. Value of the proof.')
@secure()
param proofValue string

@description('Required. Value of the key that hashes end users.')
@secure()
param userKeyValue string

var secretsUserRole = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficerRole = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var allowedAddresses = [
  {
    value: allowedIpAddress
  }
]

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    publicNetworkAccess: publicAccess || !empty(allowedIpAddress) ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
      ipRules: empty(allowedIpAddress) ? [] : allowedAddresses
    }
  }
}

resource proof 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (createSecrets) {
  parent: vault
  name: proofSecretName
  properties: {
    value: proofValue
  }
}

resource userKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (createSecrets) {
  parent: vault
  name: userKeySecretName
  properties: {
    value: userKeyValue
  }
}

resource readers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in readerPrincipalIds: {
    name: guid(vault.id, principalId, secretsUserRole)
    scope: vault
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUserRole)
    }
  }
]

resource officer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(officerPrincipalId)) {
  name: guid(vault.id, officerPrincipalId, secretsOfficerRole)
  scope: vault
  properties: {
    principalId: officerPrincipalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficerRole)
  }
}

@description('Resource id of the vault.')
output id string = vault.id

@description('Name of the vault.')
output name string = vault.name

@description('Address of the vault, with a slash at its end.')
output uri string = vault.properties.vaultUri
