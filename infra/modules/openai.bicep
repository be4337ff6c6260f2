metadata description = 'One Azure OpenAI account with its deployments: no keys, content filters of its own.'

type deployment = {
  @description('Name that the proxy calls.')
  name: string
  @description('Model.')
  model: string
  @description('Version of the model.')
  version: string
  @description('SKU, such as DataZoneStandard or ProvisionedManaged.')
  sku: string
  @description('Thousands of tokens a minute, or provisioned throughput units.')
  capacity: int
}

@description('Required. Name of the account, and of its host.')
param name string

@description('Required. Azure region of the account.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Deployments of the account.')
param deployments deployment[]

@description('Required. Whether the account is reached over the public network.')
param publicAccess bool

@description('Required. Object ids of the identities that call the account.')
param userPrincipalIds string[]

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

var openAiUserRole = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'
var harmFilters = [
  { name: 'Hate', source: 'Prompt' }
  { name: 'Sexual', source: 'Prompt' }
  { name: 'Selfharm', source: 'Prompt' }
  { name: 'Violence', source: 'Prompt' }
  { name: 'Hate', source: 'Completion' }
  { name: 'Sexual', source: 'Completion' }
  { name: 'Selfharm', source: 'Completion' }
  { name: 'Violence', source: 'Completion' }
]
var defaultFilters = [
  for filter in harmFilters: {
    name: filter.name
    source: filter.source
    enabled: true
    blocking: true
    severityThreshold: 'Medium'
  }
]
var lowFilters = [
  for filter in harmFilters: {
    name: filter.name
    source: filter.source
    enabled: true
    blocking: true
    severityThreshold: 'High'
  }
]
var jailbreakFilters = [
  {
    name: 'Jailbreak'
    source: 'Prompt'
    enabled: true
    blocking: true
  }
]

resource account 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: name
  location: location
  tags: tags
  kind: 'OpenAI'
  sku: {
    name: 'S0'
  }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      defaultAction: publicAccess ? 'Allow' : 'Deny'
    }
  }
}

resource defaultPolicy 'Microsoft.CognitiveServices/accounts/raiPolicies@2024-10-01' = {
  parent: account
  name: 'gatewright-default'
  properties: {
    mode: 'Default'
    basePolicyName: 'Microsoft.Default'
    contentFilters: concat(defaultFilters, jailbreakFilters)
  }
}

resource lowPolicy 'Microsoft.CognitiveServices/accounts/raiPolicies@2024-10-01' = {
  parent: account
  name: 'gatewright-low-filtering'
  properties: {
    mode: 'Default'
    basePolicyName: 'Microsoft.Default'
    contentFilters: concat(lowFilters, jailbreakFilters)
  }
  dependsOn: [
    defaultPolicy
  ]
}

@batchSize(1)
resource models 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = [
  for item in deployments: {
    parent: account
    name: item.name
    sku: {
      name: item.sku
      capacity: item.capacity
    }
    properties: {
      model: {
        format: 'OpenAI'
        name: item.model
        version: item.version
      }
      raiPolicyName: defaultPolicy.name
      versionUpgradeOption: 'NoAutoUpgrade'
    }
    dependsOn: [
      lowPolicy
    ]
  }
]

resource users 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in userPrincipalIds: {
    name: guid(account.id, principalId, openAiUserRole)
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUserRole)
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: account
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the account.')
output id string = account.id

@description('Address of the account.')
output endpoint string = account.properties.endpoint
