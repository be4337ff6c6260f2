metadata description = 'Virtual network with a subnet each for API Management, Container Apps and private endpoints.'

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resources.')
param tags object

@description('Required. Name of the virtual network.')
@maxLength(64)
param vnetName string

@description('Required. Name of the subnet of API Management.')
param apimSubnetName string

@description('Required. Name of the network security group of API Management.')
param apimNsgName string

@description('Required. Service that the API Management subnet is delegated to; empty for none.')
param apimDelegation string

@description('Required. Name of the subnet of Container Apps.')
param acaSubnetName string

@description('Required. Name of the network security group of Container Apps.')
param acaNsgName string

@description('Required. Name of the subnet of private endpoints.')
param privateEndpointSubnetName string

@description('Required. Name of the network security group of private endpoints.')
param privateEndpointNsgName string

var apimDelegations = [
  {
    name: 'api-management'
    properties: {
      serviceName: apimDelegation
    }
  }
]

resource apimNsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: apimNsgName
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'allow-management'
        properties: {
          priority: 2000
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'ApiManagement'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '3443'
        }
      }
      {
        name: 'allow-load-balancer'
        properties: {
          priority: 2010
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '6390'
        }
      }
      {
        name: 'allow-clients'
        properties: {
          priority: 2020
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '443'
        }
      }
    ]
  }
}

resource acaNsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: acaNsgName
  location: location
  tags: tags
  properties: {
    securityRules: []
  }
}

resource privateEndpointNsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: privateEndpointNsgName
  location: location
  tags: tags
  properties: {
    securityRules: []
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: vnetName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: apimSubnetName
        properties: {
          addressPrefix: '10.0.0.0/24'
          delegations: empty(apimDelegation) ? [] : apimDelegations
          networkSecurityGroup: {
            id: apimNsg.id
          }
        }
      }
      {
        name: privateEndpointSubnetName
        properties: {
          addressPrefix: '10.0.1.0/24'
          privateEndpointNetworkPolicies: 'Disabled'
          networkSecurityGroup: {
            id: privateEndpointNsg.id
          }
        }
      }
      {
        name: acaSubnetName
        properties: {
          addressPrefix: '10.0.2.0/23'
          delegations: [
            {
              name: 'container-apps'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
          networkSecurityGroup: {
            id: acaNsg.id
          }
        }
      }
    ]
  }
}

@description('Resource id of the virtual network.')
output vnetId string = network.id

@description('Resource id of the subnet of API Management.')
output apimSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, apimSubnetName)

@description('Resource id of the subnet of Container Apps.')
output acaSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, acaSubnetName)

@description('Resource id of the subnet of private endpoints.')
output privateEndpointSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, privateEndpointSubnetName)
