metadata description = 'Workbook over the table of usage records; its queries are the files of infra/kql.'

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Title of the workbook.')
param displayName string

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Required. Resource id of Application Insights.')
param applicationInsightsId string

var usageTiles = [
  {
    name: 'tokens-by-consumer'
    title: 'Tokens per consumer'
    visualization: 'piechart'
    width: '40'
    query: loadTextContent('../kql/tokens-by-consumer.kql')
  }
  {
    name: 'tokens-per-day'
    title: 'Tokens per consumer and day'
    visualization: 'barchart'
    width: '60'
    query: loadTextContent('../kql/tokens-per-day.kql')
  }
  {
    name: 'tokens-by-model'
    title: 'Tokens per model'
    visualization: 'table'
    width: '100'
    query: loadTextContent('../kql/tokens-by-model.kql')
  }
]
var costTiles = [
  {
    name: 'cost-by-consumer'
    title: 'Cost per consumer'
    visualization: 'table'
    width: '40'
    query: loadTextContent('../kql/cost-by-consumer.kql')
  }
  {
    name: 'cost-per-day'
    title: 'Cost per consumer and day'
    visualization: 'barchart'
    width: '60'
    query: loadTextContent('../kql/cost-per-day.kql')
  }
  {
    name: 'budgets'
    title: 'Budgets: spent in the present period'
    visualization: 'table'
    width: '60'
    query: loadTextContent('../kql/budgets.kql')
  }
  {
    name: 'unpriced'
    title: 'Usage without a price'
    visualization: 'table'
    width: '40'
    query: loadTextContent('../kql/unpriced.kql')
  }
]
var limitTiles = [
  {
    name: 'limits'
    title: 'Limits against use'
    visualization: 'table'
    width: '100'
    query: loadTextContent('../kql/limits.kql')
  }
  {
    name: 'throttled'
    title: 'Throttled attempts, and those that another backend took'
    visualization: 'table'
    width: '100'
    query: loadTextContent('../kql/throttled.kql')
  }
  {
    name: 'provisioned'
    title: 'Provisioned throughput against the rest of its pool'
    visualization: 'table'
    width: '60'
    query: loadTextContent('../kql/provisioned.kql')
  }
  {
    name: 'provisioned-utilization'
    title: 'Provisioned throughput: utilization in percent'
    visualization: 'timechart'
    width: '40'
    query: loadTextContent('../kql/provisioned-utilization.kql')
  }
  {
    name: 'backends'
    title: 'Use of each backend'
    visualization: 'timechart'
    width: '100'
    query: loadTextContent('../kql/backends.kql')
  }
]
var healthTiles = [
  {
    name: 'failures'
    title: 'Attempts that did not end well'
    visualization: 'table'
    width: '100'
    query: loadTextContent('../kql/failures.kql')
  }
  {
    name: 'latency'
    title: 'Latency'
    visualization: 'table'
    width: '100'
    query: loadTextContent('../kql/latency.kql')
  }
]
var meteringTiles = [
  {
    name: 'how-usage-is-known'
    title: 'How usage is known'
    visualization: 'barchart'
    width: '50'
    query: loadTextContent('../kql/how-usage-is-known.kql')
  }
  {
    name: 'share-of-estimates'
    title: 'Share of estimates'
    visualization: 'table'
    width: '50'
    query: loadTextContent('../kql/share-of-estimates.kql')
  }
  {
    name: 'late'
    title: 'Records that arrived late'
    visualization: 'timechart'
    width: '50'
    query: loadTextContent('../kql/late.kql')
  }
  {
    name: 'duplicates'
    title: 'Rows that arrived more than once'
    visualization: 'table'
    width: '50'
    query: loadTextContent('../kql/duplicates.kql')
  }
]
var sections = [
  {
    name: 'usage'
    text: '## Token usage\nEvery figure counts each usage record once: the functions `GatewrightUsage` and `GatewrightCost` are behind the queries.'
    tiles: usageTiles
  }
  {
    name: 'cost'
    text: '## Cost and budgets\nBy the prices of the last deployment. `gatewright report` is the bill.'
    tiles: costTiles
  }
  {
    name: 'limits'
    text: '## Limits, throttling, capacity'
    tiles: limitTiles
  }
  {
    name: 'reliability'
    text: '## Reliability and responsiveness'
    tiles: healthTiles
  }
  {
    name: 'metering'
    text: '## Metering'
    tiles: meteringTiles
  }
]
var usageSections = [
  for section in sections: {
    type: 12
    name: '${section.name}-section'
    content: {
      version: 'NotebookGroup/1.0'
      groupType: 'editable'
      items: concat([
        {
          type: 1
          name: '${section.name}-heading'
          content: {
            json: section.text
          }
        }
      ], map(section.tiles, tile => {
        type: 3
        name: tile.name
        customWidth: tile.width
        content: {
          version: 'KqlItem/1.0'
          query: tile.query
          size: 0
          title: tile.title
          queryType: 0
          resourceType: 'microsoft.operationalinsights/workspaces'
          visualization: tile.visualization
        }
      }))
    }
  }
]
var requestCharts = [
  {
    name: 'failed-requests'
    title: 'Failed requests'
    metric: 'microsoft.insights/components--Failures-requests/failed'
    aggregation: 7
  }
  {
    name: 'response-time'
    title: 'Server response time'
    metric: 'microsoft.insights/components--Server-requests/duration'
    aggregation: 4
  }
]
var requestItems = [
  for chart in requestCharts: {
    type: 10
    name: chart.name
    customWidth: '50'
    content: {
      chartId: guid(chart.name)
      version: 'MetricsItem/2.0'
      size: 0
      chartType: 2
      title: chart.title
      resourceType: 'microsoft.insights/components'
      resourceIds: [
        applicationInsightsId
      ]
      timeContext: {
        durationMs: 86400000
      }
      metrics: [
        {
          namespace: 'microsoft.insights/components'
          metric: chart.metric
          aggregation: chart.aggregation
        }
      ]
    }
  }
]
var content = {
  version: 'Notebook/1.0'
  items: concat(usageSections, requestItems)
  fallbackResourceIds: [
    workspaceId
  ]
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'gatewright-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    sourceId: workspaceId
    serializedData: string(content)
  }
}

@description('Resource id of the workbook.')
output id string = workbook.id
