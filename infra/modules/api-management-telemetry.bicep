metadata description = 'Application Insights for an API Management service: requests, dependencies and metrics, never bodies.'

@description('Required. Name of the API Management service.')
param apimName string

@description('Required. Name of Application Insights.')
param applicationInsightsName string

@description('Required. Client id of the identity of the service.')
param identityClientId string

@description('Required. Object id of the identity of the service.')
param identityPrincipalId string

@description('Optional. Share of calls that leave a trace, in percent; failed ones always do.')
@minValue(0)
@maxValue(100)
param samplingPercentage int = 20

var metricsPublisherRole = '3913510d-42f4-4e42-8a64-420c390055eb'
var nothing = {
  headers: []
  body: {
    bytes: 0
  }
}

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: apimName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identityPrincipalId, metricsPublisherRole)
  scope: insights
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisherRole)
  }
}

resource logger 'Microsoft.ApiManagement/service/loggers@2024-05-01' = {
  parent: service
  name: 'application-insights'
  properties: {
    loggerType: 'applicationInsights'
    description: 'Application Insights, by identity'
    credentials: {
      connectionString: insights.properties.ConnectionString
      identityClientId: identityClientId
    }
    isBuffered: true
    resourceId: insights.id
  }
  dependsOn: [
    publisher
  ]
}

resource diagnostic 'Microsoft.ApiManagement/service/diagnostics@2024-05-01' = {
  parent: service
  name: 'applicationinsights'
  properties: {
    loggerId: logger.id
    alwaysLog: 'allErrors'
    verbosity: 'information'
    httpCorrelationProtocol: 'W3C'
    logClientIp: false
    metrics: true
    sampling: {
      samplingType: 'fixed'
      percentage: samplingPercentage
    }
    frontend: {
      request: nothing
      response: nothing
    }
    backend: {
      request: nothing
      response: nothing
    }
  }
}
