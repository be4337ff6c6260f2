metadata description = 'A private endpoint of one resource, with its names in private DNS zones.'

@description('Required. Name of the private endpoint.')
@maxLength(80)
param name string

@description('Required. Azure region of the subnet.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. Resource id of the subnet.')
param subnetId string

@description('Required. Resource id of what is reached.')
param targetId string

@description('Required. Which part of it is reached, such as account, vault or registry.')
param groupId string

@description('Required. Resource ids of the private DNS zones; none where names are managed elsewhere.')
param zoneIds string[]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            groupId
          ]
        }
      }
    ]
  }
}

resource zones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = if (!empty(zoneIds)) {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      for (zoneId, index) in zoneIds: {
        name: 'zone-${index}'
        properties: {
          privateDnsZoneId: zoneId
        }
      }
    ]
  }
}

@description('Resource id of the private endpoint.')
output id string = endpoint.id
