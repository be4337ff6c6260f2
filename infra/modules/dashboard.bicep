metadata description = 'Portal dashboard: Application Insights at a glance, and tokens and cost of each consumer from our table.'

@description('Required. Name of the resource.')
@minLength(3)
@maxLength(64)
param name string

@description('Required. Title of the dashboard.')
param title string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Name of Application Insights.')
param applicationInsightsName string

@description('Required. Resource id of Application Insights.')
param applicationInsightsId string

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

var blades = 'Extension/AppInsightsExtension/PartType'
var component = {
  Name: applicationInsightsName
  SubscriptionId: subscription().subscriptionId
  ResourceGroup: resourceGroup().name
}
var lastDay = {
  durationMs: 86400000
  endTime: null
  createdTime: '2026-01-01T00:00:00.000Z'
  isInitialTime: true
  grain: 1
  useDashboardTimeRange: false
}
var pins = [
  {
    x: 0
    width: 2
    type: '${blades}/AspNetOverviewPinnedPart'
    asset: 'id'
    opens: 'overview'
    inputs: [
      { name: 'id', value: applicationInsightsId }
      { name: 'Version', value: '1.0' }
    ]
  }
  {
    x: 2
    width: 1
    type: '${blades}/ProactiveDetectionAsyncPart'
    asset: 'ComponentId'
    opens: 'ProactiveDetection'
    inputs: [
      { name: 'ComponentId', value: component }
      { name: 'Version', value: '1.0' }
    ]
  }
  {
    x: 3
    width: 1
    type: '${blades}/QuickPulseButtonSmallPart'
    asset: 'ComponentId'
    opens: 'quickPulse'
    inputs: [
      { name: 'ComponentId', value: component }
      { name: 'ResourceId', value: applicationInsightsId }
    ]
  }
  {
    x: 4
    width: 1
    type: '${blades}/WebTestsPinnedPart'
    asset: 'ComponentId'
    opens: 'availability'
    inputs: [
      { name: 'ComponentId', value: component }
      { name: 'TimeContext', value: lastDay }
      { name: 'Version', value: '1.0' }
    ]
  }
  {
    x: 5
    width: 1
    type: '${blades}/UsageUsersOverviewPart'
    asset: 'ComponentId'
    opens: 'segmentationUsers'
    inputs: [
      { name: 'ComponentId', value: component }
      { name: 'TimeContext', value: lastDay }
    ]
  }
  {
    x: 6
    width: 1
    type: '${blades}/CuratedBladeFailuresPinnedPart'
    asset: 'ResourceId'
    opens: 'failures'
    inputs: [
      { name: 'ResourceId', value: applicationInsightsId }
      { name: 'DataModel', value: { version: '1.0.0', timeContext: lastDay } }
    ]
  }
  {
    x: 7
    width: 1
    type: '${blades}/CuratedBladePerformancePinnedPart'
    asset: 'ResourceId'
    opens: 'performance'
    inputs: [
      { name: 'ResourceId', value: applicationInsightsId }
      { name: 'DataModel', value: { version: '1.0.0', timeContext: lastDay } }
    ]
  }
]
var headings = [
  { x: 0, width: 6, text: '# Token usage and cost' }
  { x: 6, width: 4, text: '# Reliability' }
  { x: 10, width: 4, text: '# Responsiveness' }
]
var queries = [
  {
    x: 0
    y: 2
    title: 'Tokens per consumer'
    chart: 'Pie'
    query: loadTextContent('../kql/tokens-by-consumer.kql')
    horizontal: { name: 'Consumer', type: 'string' }
    vertical: { name: 'TotalTokens', type: 'long' }
    splitBy: []
  }
  {
    x: 0
    y: 5
    title: 'Tokens per consumer and day'
    chart: 'StackedColumn'
    query: loadTextContent('../kql/tokens-per-day.kql')
    horizontal: { name: 'UsageTime', type: 'datetime' }
    vertical: { name: 'TotalTokens', type: 'long' }
    splitBy: [{ name: 'Consumer', type: 'string' }]
  }
  {
    x: 0
    y: 8
    title: 'Cost per consumer and day'
    chart: 'StackedColumn'
    query: loadTextContent('../kql/cost-per-day.kql')
    horizontal: { name: 'UsageTime', type: 'datetime' }
    vertical: { name: 'Cost', type: 'real' }
    splitBy: [{ name: 'Consumer', type: 'string' }]
  }
]
var metrics = [
  { x: 6, title: 'Failed requests', metric: 'requests/failed', aggregation: 7, opens: 'failures' }
  { x: 10, title: 'Server response time', metric: 'requests/duration', aggregation: 4, opens: 'performance' }
]

var pinParts = [
  for pin in pins: {
    position: { x: pin.x, y: 0, colSpan: pin.width, rowSpan: 1 }
    metadata: {
      type: pin.type
      inputs: pin.inputs
      asset: { idInputName: pin.asset, type: 'ApplicationInsights' }
      defaultMenuItemId: pin.opens
    }
  }
]
var headingParts = [
  for heading in headings: {
    position: { x: heading.x, y: 1, colSpan: heading.width, rowSpan: 1 }
    metadata: {
      type: 'Extension/HubsExtension/PartType/MarkdownPart'
      inputs: []
      settings: {
        content: { content: heading.text, title: '', subtitle: '' }
      }
    }
  }
]
var queryParts = [
  for item in queries: {
    position: { x: item.x, y: item.y, colSpan: 6, rowSpan: 3 }
    metadata: {
      type: 'Extension/Microsoft_OperationsManagementSuite_Workspace/PartType/LogsDashboardPart'
      inputs: [
        { name: 'Scope', value: { resourceIds: [workspaceId] } }
        { name: 'PartId', value: guid(item.title) }
        { name: 'Version', value: '2.0' }
        { name: 'Query', value: item.query }
        { name: 'ControlType', value: 'FrameControlChart' }
        { name: 'SpecificChart', value: item.chart }
        { name: 'PartTitle', value: item.title }
        {
          name: 'Dimensions'
          value: { xAxis: item.horizontal, yAxis: [item.vertical], splitBy: item.splitBy, aggregation: 'Sum' }
        }
        { name: 'LegendOptions', value: { isEnabled: true, position: 'Bottom' } }
        { name: 'IsQueryContainTimeRange', value: true }
      ]
      settings: {}
      partHeader: { title: item.title, subtitle: '' }
    }
  }
]
var metricParts = [
  for item in metrics: {
    position: { x: item.x, y: 2, colSpan: 4, rowSpan: 3 }
    metadata: {
      type: 'Extension/HubsExtension/PartType/MonitorChartPart'
      inputs: [
        {
          name: 'options'
          value: {
            chart: {
              title: item.title
              metrics: [
                {
                  resourceMetadata: { id: applicationInsightsId }
                  name: item.metric
                  aggregationType: item.aggregation
                  namespace: 'microsoft.insights/components'
                  metricVisualization: { displayName: item.title }
                }
              ]
              visualization: { chartType: 2 }
              openBladeOnClick: {
                openBlade: true
                destinationBlade: {
                  extensionName: 'HubsExtension'
                  bladeName: 'ResourceMenuBlade'
                  parameters: { id: applicationInsightsId, menuid: item.opens }
                }
              }
            }
          }
        }
      ]
      settings: {}
    }
  }
]
var mapParts = [
  {
    position: { x: 6, y: 5, colSpan: 8, rowSpan: 6 }
    metadata: {
      type: '${blades}/ApplicationMapPart'
      inputs: [
        { name: 'ComponentId', value: component }
        { name: 'TimeContext', value: lastDay }
        { name: 'ConfigurationId', value: guid('application-map') }
      ]
      settings: {}
      asset: { idInputName: 'ComponentId', type: 'ApplicationInsights' }
    }
  }
]

resource dashboard 'Microsoft.Portal/dashboards@2020-09-01-preview' = {
  name: name
  location: location
  tags: union(tags, { 'hidden-title': title })
  properties: {
    lenses: [
      {
        order: 0
        // The parts of the portal's extensions are not described by any schema.
        parts: any(concat(pinParts, headingParts, queryParts, metricParts, mapParts))
      }
    ]
  }
}

@description('Resource id of the dashboard.')
output id string = dashboard.id
