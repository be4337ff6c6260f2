metadata description = 'Functions of the workspace: usage records each once, what they cost, budgets, limits, deployments.'

@description('Required. Name of the Log Analytics workspace, with the table of usage records.')
param workspaceName string

@description('Required. What tokens cost behind each backend, by period.')
param rates object[]

@description('Required. Budgets of tenants.')
param budgets object[]

@description('Required. Limits of tenants by model.')
param limits object[]

@description('Required. Deployments behind backends.')
param deployments object[]

var rangeParameters = 'begin:datetime, end:datetime'
// Base64: whatever a configuration says, it stays data and never becomes part of a query.
var functions = [
  {
    name: 'gatewright-usage'
    title: 'Usage records, each once'
    alias: 'GatewrightUsage'
    parameters: rangeParameters
    query: loadTextContent('../kql/functions/usage.kql')
  }
  {
    name: 'gatewright-cost'
    title: 'Usage records with what they cost'
    alias: 'GatewrightCost'
    parameters: rangeParameters
    query: loadTextContent('../kql/functions/cost.kql')
  }
  {
    name: 'gatewright-rates'
    title: 'Rates by backend and period'
    alias: 'GatewrightRates'
    parameters: ''
    query: replace(loadTextContent('../kql/functions/rates.kql'), '<rows>', base64(string(rates)))
  }
  {
    name: 'gatewright-budgets'
    title: 'Budgets of tenants'
    alias: 'GatewrightBudgets'
    parameters: ''
    query: replace(loadTextContent('../kql/functions/budgets.kql'), '<rows>', base64(string(budgets)))
  }
  {
    name: 'gatewright-budget-use'
    title: 'What is spent of each budget'
    alias: 'GatewrightBudgetUse'
    parameters: ''
    query: loadTextContent('../kql/functions/budget-use.kql')
  }
  {
    name: 'gatewright-limits'
    title: 'Limits of tenants'
    alias: 'GatewrightLimits'
    parameters: ''
    query: replace(loadTextContent('../kql/functions/limits.kql'), '<rows>', base64(string(limits)))
  }
  {
    name: 'gatewright-deployments'
    title: 'Deployments behind backends'
    alias: 'GatewrightDeployments'
    parameters: ''
    query: replace(loadTextContent('../kql/functions/deployments.kql'), '<rows>', base64(string(deployments)))
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

resource savedFunctions 'Microsoft.OperationalInsights/workspaces/savedSearches@2025-07-01' = [
  for item in functions: {
    parent: workspace
    name: item.name
    etag: '*'
    properties: {
      category: 'Gatewright'
      displayName: item.title
      query: item.query
      functionAlias: item.alias
      functionParameters: item.parameters
      version: 2
    }
  }
]
