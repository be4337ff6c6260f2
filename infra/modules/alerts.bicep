metadata description = 'Alert rules over the table of usage records and the logs of the gateway; their queries are infra/kql/alerts.'

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Required. Mail address that alerts go to.')
param email string

@description('Required. Whether the logs of API Management arrive in this workspace.')
param hasGatewayLogs bool

var rules = [
  {
    name: 'gatewright-failed-attempts'
    description: 'More than 20 attempts in 15 minutes failed, other than by throttling: the proxy or a backend is in trouble.'
    severity: 1
    frequency: 'PT15M'
    window: 'PT15M'
    threshold: 20
    splitBy: []
    query: loadTextContent('../kql/alerts/failed-attempts.kql')
  }
  {
    name: 'gatewright-proxy-faults'
    description: 'The proxy answered calls itself (530): it was draining, had no proof or no disk. See the reason in its log.'
    severity: 1
    frequency: 'PT15M'
    window: 'PT15M'
    threshold: 5
    splitBy: []
    query: loadTextContent('../kql/alerts/proxy-faults.kql')
  }
  {
    name: 'gatewright-journal-backlog'
    description: 'The proxy cannot write its journal, or a sink does not take what stands in it: usage records pile up.'
    severity: 1
    frequency: 'PT15M'
    window: 'PT15M'
    threshold: 0
    splitBy: []
    query: loadTextContent('../kql/alerts/journal-backlog.kql')
  }
  {
    name: 'gatewright-records-missing'
    description: 'Within an hour, less than half of the calls that were served left a usage record.'
    severity: 1
    frequency: 'PT15M'
    window: 'PT2H'
    threshold: 0
    splitBy: []
    query: loadTextContent('../kql/alerts/records-missing.kql')
  }
  {
    name: 'gatewright-records-late'
    description: 'Records of the last hour arrived more than 30 minutes after their request: the journal of the proxy was not shipped.'
    severity: 2
    frequency: 'PT15M'
    window: 'PT1H'
    threshold: 0
    splitBy: []
    query: loadTextContent('../kql/alerts/records-late.kql')
  }
  {
    name: 'gatewright-throttled'
    description: 'More than 200 attempts in 15 minutes were refused with 429 by a backend: its capacity is used up.'
    severity: 2
    frequency: 'PT15M'
    window: 'PT15M'
    threshold: 200
    splitBy: []
    query: loadTextContent('../kql/alerts/throttled.kql')
  }
  {
    name: 'gatewright-usage-not-reported'
    description: 'In the last hour, usage of more than 50 served attempts was not reported by the service but estimated or missing.'
    severity: 2
    frequency: 'PT15M'
    window: 'PT1H'
    threshold: 50
    splitBy: []
    query: loadTextContent('../kql/alerts/usage-not-reported.kql')
  }
  {
    name: 'gatewright-unpriced-model'
    description: 'Usage of the last hour has no price: add the rate to config/prices and deploy.'
    severity: 2
    frequency: 'PT1H'
    window: 'PT1H'
    threshold: 0
    splitBy: [
      'Reason'
    ]
    query: loadTextContent('../kql/alerts/unpriced-model.kql')
  }
  {
    name: 'gatewright-budget-threshold'
    description: 'A budget per hour or day has reached one of its percentages.'
    severity: 3
    frequency: 'PT15M'
    window: 'P1D'
    threshold: 0
    splitBy: [
      'Consumer'
      'Percentage'
    ]
    query: loadTextContent('../kql/alerts/budget-threshold.kql')
  }
  {
    name: 'gatewright-budget-pace'
    description: 'A budget per week, month or year would not last if every day were like the last 24 hours.'
    severity: 3
    frequency: 'PT1H'
    window: 'P1D'
    threshold: 0
    splitBy: [
      'Consumer'
    ]
    query: loadTextContent('../kql/alerts/budget-pace.kql')
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
      enabled: hasGatewayLogs || !contains(rule.query, 'ApiManagementGatewayLogs')
      scopes: [
        workspaceId
      ]
      evaluationFrequency: rule.frequency
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
            dimensions: map(rule.splitBy, column => {
              name: column
              operator: 'Include'
              values: [
                '*'
              ]
            })
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
