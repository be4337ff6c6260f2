metadata description = 'Public address of an API Management service that stands in a network (Developer and Premium).'

@description('Required. Name of the address.')
@maxLength(80)
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource.')
param tags object

@description('Required. First label of the host name.')
param domainNameLabel string

resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Regional'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
    dnsSettings: {
      domainNameLabel: domainNameLabel
    }
  }
}

@description('Resource id of the address.')
output id string = address.id
