metadata description = 'Azure Monitor private link scope: records and telemetry arrive over the virtual network.'

@description('Required. Name of the private link scope.')
param name string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Resource ids of workspace, Application Insights and data collection endpoint.')
param memberIds string[]

resource linkScope 'Microsoft.Insights/privateLinkScopes@2021-09-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    accessModeSettings: {
      ingestionAccessMode: 'PrivateOnly'
      queryAccessMode: 'Open'
    }
  }
}

resource members 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = [
  for (memberId, index) in memberIds: {
    parent: linkScope
    name: 'member-${index}'
    properties: {
      linkedResourceId: memberId
    }
  }
]

@description('Resource id of the private link scope.')
output id string = linkScope.id
