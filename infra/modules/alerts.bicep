metadata description = 'Alert rules over the table of usage records.'

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Required. Mail address that alerts go to.')
param email string

var rules = [
  {
    name: 'gatewright-failed-attempts'
    description: 'More than 20 attempts in 15 minutes failed, other than by throttling: the proxy or a backend is in trouble.'
    severity: 1
    window: 'PT15M'
    threshold: 20
    query: 'GatewrightUsage(ago(15m), now()) | where Settlement in (\'failed\', \'crashed\', \'aborted_by_upstream\') and Status != 429'
  }
  {
    name: 'gatewright-throttled'
    description: 'More than 200 attempts in 15 minutes were refused with 429 by a backend: its capacity is used up.'
    severity: 2
    window: 'PT15M'
    threshold: 200
    query: 'GatewrightUsage(ago(15m), now()) | where Status == 429'
  }
  {
    name: 'gatewright-usage-not-reported'
    description: 'In the last hour, usage of more than 50 served attempts was not reported by the service but estimated or missing.'
    severity: 2
    window: 'PT1H'
    threshold: 50
    query: 'GatewrightUsage(ago(1h), now()) | where Status between (200 .. 299) and UsageSource in (\'estimated\', \'missing\')'
  }
  {
    name: 'gatewright-records-late'
    description: 'Records of the last hour arrived more than 30 minutes after their request: the journal of the proxy was not shipped.'
    severity: 2
    window: 'PT1H'
    threshold: 0
    query: 'OpenAIChargeback_CL | where isnotempty(RequestTime) and datetime_diff(\'minute\', ingestion_time(), RequestTime) > 30'
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'gatewright-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'gatewright'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: rule.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.name
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [
        workspaceId
      ]
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [
          group.id
        ]
      }
    }
  }
]
