metadata description = 'Azure Policy audits that no Azure OpenAI account is reached over the public network and that none takes keys.'

var definitions = [
  {
    name: 'gatewright-audit-public-access'
    title: 'Azure AI accounts should disable public network access'
    id: '0725b4dd-7e76-479c-a735-68e7ee23d5ca'
  }
  {
    name: 'gatewright-audit-local-keys'
    title: 'Azure AI accounts should have key access disabled'
    id: '71ef260a-8f18-47b7-abcb-62d0673d94dc'
  }
]

// Both definitions are built in and audit by default; they have no effect on what is deployed.
resource audits 'Microsoft.Authorization/policyAssignments@2025-03-01' = [
  for item in definitions: {
    name: item.name
    properties: {
      displayName: item.title
      policyDefinitionId: tenantResourceId('Microsoft.Authorization/policyDefinitions', item.id)
      enforcementMode: 'Default'
    }
  }
]
