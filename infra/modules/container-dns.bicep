metadata description = 'Private DNS zone of an internal Container Apps environment: every name leads to its address.'

@description('Required. Domain of the environment.')
param domain string

@description('Required. Address of the environment.')
param address string

@description('Required. Resource id of the virtual network that resolves the names.')
param vnetId string

@description('Required. Tags of the resources.')
param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: domain
  location: 'global'
  tags: tags
}

resource everyName 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: zone
  name: '*'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: address
      }
    ]
  }
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
