metadata description = 'A private DNS zone, linked to the virtual network.'

@description('Required. Name of the zone, such as privatelink.openai.azure.com.')
param zoneName string

@description('Required. Resource id of the virtual network that resolves names in the zone.')
param vnetId string

@description('Required. Tags of the resources.')
param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: uniqueString(vnetId)
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: vnetId
    }
  }
}

@description('Resource id of the zone.')
output id string = zone.id
