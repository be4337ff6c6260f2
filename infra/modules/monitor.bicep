metadata description = 'Log Analytics with the table of usage records, the way into it, and Application Insights.'

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Name of the Log Analytics workspace.')
param logAnalyticsName string

@description('Required. Name of the data collection endpoint.')
@minLength(3)
@maxLength(44)
param dataCollectionEndpointName string

@description('Required. Name of the data collection rule.')
@minLength(3)
@maxLength(64)
param dataCollectionRuleName string

@description('Required. Name of Application Insights.')
param applicationInsightsName string

@description('Required. Object id of the identity that writes usage records.')
param publisherPrincipalId string

@description('Required. Whether records and telemetry may arrive over the public network.')
param publicIngestion bool

@description('Optional. Days that usage records are kept.')
@minValue(30)
@maxValue(730)
param retentionInDays int = 90

var usage = loadJsonContent('../../proxy_addon/sinks/columns.json')
var metricsPublisherRole = '3913510d-42f4-4e42-8a64-420c390055eb'
var streamColumns = [
  for column in usage.columns: {
    name: column.name
    type: column.type
  }
]
var tableColumns = [
  for column in usage.columns: {
    name: column.name
    type: column.type == 'datetime' ? 'dateTime' : column.type
    description: column.description
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: logAnalyticsName
  location: location
  tags: tags
  properties: {
    retentionInDays: retentionInDays
    sku: {
      name: 'PerGB2018'
    }
    publicNetworkAccessForIngestion: publicIngestion ? 'Enabled' : 'Disabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

resource usageTable 'Microsoft.OperationalInsights/workspaces/tables@2025-07-01' = {
  parent: workspace
  name: 'OpenAIChargeback_CL'
  properties: {
    plan: 'Analytics'
    retentionInDays: retentionInDays
    totalRetentionInDays: retentionInDays
    schema: {
      name: 'OpenAIChargeback_CL'
      columns: tableColumns
    }
  }
}

resource collectionEndpoint 'Microsoft.Insights/dataCollectionEndpoints@2024-03-11' = {
  name: dataCollectionEndpointName
  location: location
  tags: tags
  properties: {
    networkAcls: {
      publicNetworkAccess: publicIngestion ? 'Enabled' : 'Disabled'
    }
  }
}

resource collectionRule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = {
  name: dataCollectionRuleName
  location: location
  tags: tags
  properties: {
    dataCollectionEndpointId: collectionEndpoint.id
    streamDeclarations: {
      'Custom-OpenAIChargeback_CL': {
        columns: streamColumns
      }
    }
    destinations: {
      logAnalytics: [
        {
          name: 'workspace'
          workspaceResourceId: workspace.id
        }
      ]
    }
    dataFlows: [
      {
        streams: [
          'Custom-OpenAIChargeback_CL'
        ]
        destinations: [
          'workspace'
        ]
        transformKql: 'source'
        outputStream: 'Custom-OpenAIChargeback_CL'
      }
    ]
  }
  dependsOn: [
    usageTable
  ]
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(collectionRule.id, publisherPrincipalId, metricsPublisherRole)
  scope: collectionRule
  properties: {
    principalId: publisherPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisherRole)
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    publicNetworkAccessForIngestion: publicIngestion ? 'Enabled' : 'Disabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

@description('Resource id of the Log Analytics workspace.')
output workspaceId string = workspace.id

@description('Name of the Log Analytics workspace.')
output workspaceName string = workspace.name

@description('Resource id of the data collection endpoint.')
output dataCollectionEndpointId string = collectionEndpoint.id

@description('Where usage records are sent.')
output ingestionEndpoint string = collectionEndpoint.properties.logsIngestion.endpoint

@description('Immutable id of the data collection rule, which senders name.')
output ruleImmutableId string = collectionRule.properties.immutableId

@description('Stream of the data collection rule.')
output stream string = usage.stream

@description('Name of Application Insights.')
output applicationInsightsName string = insights.name

@description('Resource id of Application Insights.')
output applicationInsightsId string = insights.id

@description('Connection string of Application Insights: names where telemetry goes, grants nothing to read.')
output applicationInsightsConnectionString string = insights.properties.ConnectionString
