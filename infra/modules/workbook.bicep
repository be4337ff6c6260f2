metadata description = 'Workbook over the table of usage records; its queries are the files of infra/kql.'

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Title of the workbook.')
param displayName string

@description('Required. Resource id of the Log Analytics workspace.')
param workspaceId string

var tiles = [
  {
    name: 'tokens-by-consumer'
    title: 'Tokens per consumer'
    visualization: 'piechart'
    query: loadTextContent('../kql/tokens-by-consumer.kql')
  }
  {
    name: 'tokens-per-day'
    title: 'Tokens per consumer and day'
    visualization: 'barchart'
    query: loadTextContent('../kql/tokens-per-day.kql')
  }
  {
    name: 'tokens-by-model'
    title: 'Tokens per model'
    visualization: 'table'
    query: loadTextContent('../kql/tokens-by-model.kql')
  }
  {
    name: 'backends'
    title: 'Use of each backend'
    visualization: 'timechart'
    query: loadTextContent('../kql/backends.kql')
  }
  {
    name: 'throttled'
    title: 'Throttled attempts'
    visualization: 'table'
    query: loadTextContent('../kql/throttled.kql')
  }
  {
    name: 'failures'
    title: 'Attempts that did not end well'
    visualization: 'table'
    query: loadTextContent('../kql/failures.kql')
  }
  {
    name: 'how-usage-is-known'
    title: 'How usage is known'
    visualization: 'barchart'
    query: loadTextContent('../kql/how-usage-is-known.kql')
  }
  {
    name: 'latency'
    title: 'Latency'
    visualization: 'table'
    query: loadTextContent('../kql/latency.kql')
  }
  {
    name: 'late'
    title: 'Records that arrived late'
    visualization: 'timechart'
    query: loadTextContent('../kql/late.kql')
  }
  {
    name: 'duplicates'
    title: 'Rows that arrived more than once'
    visualization: 'table'
    query: loadTextContent('../kql/duplicates.kql')
  }
]
var heading = [
  {
    type: 1
    name: 'heading'
    content: {
      json: '## AI gateway: usage, throttling, latency\nEvery figure counts each usage record once. `GatewrightUsage` is the function behind the queries.'
    }
  }
]
var charts = [
  for tile in tiles: {
    type: 3
    name: tile.name
    content: {
      version: 'KqlItem/1.0'
      query: tile.query
      size: 0
      title: tile.title
      queryType: 0
      resourceType: 'microsoft.operationalinsights/workspaces'
      visualization: tile.visualization
    }
  }
]
var content = {
  version: 'Notebook/1.0'
  items: concat(heading, charts)
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
