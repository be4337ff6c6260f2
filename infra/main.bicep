metadata description = 'Gatewright: API Management, Azure OpenAI accounts, the metering proxy, and what watches them.'

targetScope = 'subscription'

type deployment = {
  @description('Name that the proxy calls.')
  name: string
  @description('Model.')
  model: string
  @description('Version of the model.')
  version: string
  @description('SKU, such as DataZoneStandard or ProvisionedManaged.')
  sku: string
  @description('Thousands of tokens a minute, or provisioned throughput units.')
  capacity: int
}

type endpoint = {
  @description('Id of the endpoint in the configuration.')
  id: string
  @description('Provider, such as azure.ai.openai.')
  provider: string
  @description('Azure region.')
  region: string
  @description('Account that is provisioned here.')
  account: string?
  @description('Address of an account that exists already.')
  url: string?
  @description('Deployments of the account.')
  deployments: deployment[]
}

type tablesOfUsage = {
  @description('What tokens cost behind each backend, by period.')
  rates: object[]
  @description('Budgets of tenants.')
  budgets: object[]
  @description('Limits of tenants by model.')
  limits: object[]
  @description('Deployments behind backends.')
  deployments: object[]
}

type secretNames = {
  @description('Secret that proves to the proxy that API Management is calling.')
  proxyProof: string
  @description('Secret that hashes end users.')
  userKey: string
}

type clientCertificate = {
  @description('Name of the certificate in API Management; empty: there is none.')
  id: string
  @description('Name of the certificate in the Key Vault.')
  keyVaultName: string
  @description('SHA-256 thumbprints that the proxy believes.')
  thumbprints: string[]
}

@description('Required. Name of the azd environment; every resource carries it as a tag.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Required. Environment of the configuration, such as dev.')
param gatewayEnvironment string

@description('Required. Azure region of everything but the Azure OpenAI accounts.')
@minLength(1)
param location string

@description('Required. Name of the API Management service, from the configuration.')
@minLength(1)
@maxLength(50)
param apimName string

@description('Required. Tier of the API Management service.')
@allowed([
  'Developer'
  'Basic'
  'Standard'
  'Premium'
  'BasicV2'
  'StandardV2'
  'PremiumV2'
  'Consumption'
])
param apimTier string

@description('Required. Units of the API Management service.')
@minValue(0)
@maxValue(30)
param apimUnits int

@description('Required. Name of who publishes the APIs.')
@maxLength(100)
param publisherName string

@description('Required. Mail address of who publishes the APIs; alerts go there too.')
@maxLength(100)
param publisherEmail string

@description('Required. Azure OpenAI accounts and their deployments.')
param endpoints endpoint[]

@description('Optional. Application id URI of the proxy: API Management proves itself by a token for it; empty: by the secret alone.')
param proxyAudience string = ''

@description('Optional. Client certificate by which API Management proves itself to the proxy; it must stand in the Key Vault.')
param proxyCertificate clientCertificate = {
  id: ''
  keyVaultName: ''
  thumbprints: []
}

@description('Required. Routes of the proxy, with a placeholder for each account that is provisioned.')
param proxyRoutes object

@description('Required. Routes as the proxy of the first version reads them, with the same placeholders.')
param firstVersionRoutes object

@description('Required. Names of the platform secrets in Key Vault.')
param keyVaultSecretNames secretNames

@description('Required. Tenants: ids, subscriptions and names of their secrets in Key Vault.')
param tenants array

@description('Required. What the workspace has to know beside usage: rates, budgets, limits, deployments.')
param usageTables tablesOfUsage

@description('Optional. Name of the API Management service instead of the one of the configuration.')
@maxLength(50)
param apimServiceName string = ''

@description('Optional. Use an API Management service that exists already.')
param useExistingApim bool = false

@description('Conditional. Resource group of the API Management service that exists already; needed with useExistingApim.')
param existingApimResourceGroup string = ''

@description('Optional. Network: made here, none (a trial: public, guarded by identity), or brought along.')
@allowed([
  'private'
  'none'
  'existing'
])
param networkMode string = 'private'

@description('Conditional. Resource id of the virtual network; needed when it is brought along.')
param existingVnetId string = ''

@description('Conditional. Resource id of the API Management subnet; needed when the network is brought along.')
param existingApimSubnetId string = ''

@description('Conditional. Resource id of the Container Apps subnet; needed when the network is brought along.')
param existingAcaSubnetId string = ''

@description('Conditional. Resource id of the private endpoint subnet; needed when the network is brought along.')
param existingPrivateEndpointSubnetId string = ''

@description('Optional. Make and link the private DNS zones; false where a hub network has them.')
param createPrivateDnsZones bool = true

@description('Optional. Azure Managed Redis as external cache of API Management.')
param useRedisCacheForAPIM bool = false

@description('Optional. Region of one more Azure OpenAI account with the deployments of the first one.')
param secondaryOpenAILocation string = ''

@description('Optional. Event hub that receives one event for each usage record.')
param useEventHubs bool = false

@description('Optional. App Configuration with the keys of the first version.')
param useAppConfiguration bool = true

@description('Optional. Azure Policy audits the Azure OpenAI accounts.')
param useAzurePolicy bool = false

@description('Optional. Public IPv4 address of who deploys: may reach vault and registry of a private deployment.')
param myIpAddress string = ''

@description('Optional. Object id of who deploys: may write secrets.')
param myPrincipalId string = ''

@description('Optional. Whether the proxy exists already; azd knows.')
param proxyExists bool = false

@description('Optional. Image of the proxy; azd knows.')
param proxyImageName string = ''

@description('Optional. Name of the resource group.')
@maxLength(90)
param resourceGroupName string = ''

@description('Optional. Name of the identity of API Management.')
@maxLength(128)
param apimIdentityName string = ''

@description('Optional. Name of the identity of the proxy.')
@maxLength(128)
param proxyIdentityName string = ''

@description('Optional. Name of the Log Analytics workspace.')
@maxLength(63)
param logAnalyticsName string = ''

@description('Optional. Name of the data collection endpoint.')
@maxLength(44)
param dataCollectionEndpointName string = ''

@description('Optional. Name of the data collection rule.')
@maxLength(64)
param dataCollectionRuleName string = ''

@description('Optional. Name of Application Insights.')
@maxLength(255)
param applicationInsightsName string = ''

@description('Optional. Name of the dashboard.')
@maxLength(64)
param applicationInsightsDashboardName string = ''

@description('Optional. Name of the container app of the proxy.')
@maxLength(32)
param proxyAppName string = ''

@description('Optional. Name of the virtual network.')
@maxLength(64)
param vnetName string = ''

@description('Optional. Name of the subnet of API Management.')
@maxLength(80)
param apimSubnetName string = ''

@description('Optional. Name of the network security group of API Management.')
@maxLength(80)
param apimNsgName string = ''

@description('Optional. Name of the subnet of Container Apps.')
@maxLength(80)
param acaSubnetName string = ''

@description('Optional. Name of the network security group of Container Apps.')
@maxLength(80)
param acaNsgName string = ''

@description('Optional. Name of the subnet of private endpoints.')
@maxLength(80)
param privateEndpointSubnetName string = ''

@description('Optional. Name of the network security group of private endpoints.')
@maxLength(80)
param privateEndpointNsgName string = ''

@description('Optional. Name of the Managed Redis cluster.')
@maxLength(60)
param redisCacheServiceName string = ''

@description('Optional. Name of the container registry.')
@maxLength(50)
param containerRegistryName string = ''

@description('Optional. Name of the Container Apps environment.')
@maxLength(60)
param containerAppsEnvironmentName string = ''

@description('Optional. Name of the App Configuration store.')
@maxLength(50)
param appConfigurationName string = ''

@description('Optional. Name of the Key Vault.')
@maxLength(24)
param keyVaultName string = ''

@description('Optional. First half of the random value of the proof; leave it to the deployment.')
@secure()
param proofSeed string = newGuid()

@description('Optional. First half of the random value of the key that hashes end users; leave it to the deployment.')
@secure()
param userKeySeed string = newGuid()

@description('Optional. Second half of both random values; leave it to the deployment.')
@secure()
param secondSeed string = newGuid()

var abbrs = loadJsonContent('./abbreviations.json')
var resourceToken = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
  'gatewright-environment': gatewayEnvironment
}
var proxyTags = union(tags, { 'azd-service-name': 'proxy' })
var apimService = !empty(apimServiceName) ? apimServiceName : apimName
var isPrivate = networkMode != 'none'
var makesNetwork = networkMode == 'private'
var makesZones = isPrivate && createPrivateDnsZones
var tierReachesNetwork = contains(['Developer', 'Premium', 'StandardV2', 'PremiumV2'], apimTier)
var apimIsInNetwork = isPrivate && (tierReachesNetwork || useExistingApim)
var needsPublicIp = isPrivate && !useExistingApim && contains(['Developer', 'Premium'], apimTier)
var apimDelegations = {
  Developer: ''
  Basic: ''
  Standard: ''
  Premium: ''
  BasicV2: ''
  StandardV2: 'Microsoft.Web/serverFarms'
  PremiumV2: 'Microsoft.Web/hostingEnvironments'
  Consumption: ''
}
var filledRoutes = reduce(endpoints, string(proxyRoutes), (text, item) => replace(text, '<endpoint.${item.id}>', '${item.?account ?? ''}.openai.azure.com'))
var filledFirstRoutes = reduce(endpoints, string(firstVersionRoutes), (text, item) => replace(text, '<endpoint.${item.id}>', '${item.?account ?? ''}.openai.azure.com'))
var provisioned = filter(endpoints, item => !empty(item.?account ?? ''))
var zoneNames = [
  'privatelink.openai.azure.com'
  'privatelink.vaultcore.azure.net'
  'privatelink.azurecr.io'
  'privatelink.azconfig.io'
  'privatelink.servicebus.windows.net'
  'privatelink.redis.azure.net'
  'privatelink.file.${environment().suffixes.storage}'
  'privatelink.monitor.azure.com'
  'privatelink.oms.opinsights.azure.com'
  'privatelink.ods.opinsights.azure.com'
  'privatelink.agentsvc.azure-automation.net'
]

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: !empty(resourceGroupName) ? resourceGroupName : '${abbrs.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module apimIdentity 'modules/identity.bicep' = {
  name: 'identity-apim'
  scope: group
  params: {
    name: !empty(apimIdentityName) ? apimIdentityName : '${abbrs.managedIdentity}${abbrs.apiManagement}${resourceToken}'
    location: location
    tags: tags
  }
}

module proxyIdentity 'modules/identity.bicep' = {
  name: 'identity-proxy'
  scope: group
  params: {
    name: !empty(proxyIdentityName) ? proxyIdentityName : '${abbrs.managedIdentity}${abbrs.containerApp}${resourceToken}'
    location: location
    tags: tags
  }
}

module network 'modules/network.bicep' = if (makesNetwork) {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    vnetName: !empty(vnetName) ? vnetName : '${abbrs.virtualNetwork}${resourceToken}'
    apimSubnetName: !empty(apimSubnetName) ? apimSubnetName : '${abbrs.subnet}${abbrs.apiManagement}${resourceToken}'
    apimNsgName: !empty(apimNsgName) ? apimNsgName : '${abbrs.networkSecurityGroup}${abbrs.apiManagement}${resourceToken}'
    apimDelegation: apimDelegations[apimTier]
    acaSubnetName: !empty(acaSubnetName) ? acaSubnetName : '${abbrs.subnet}${abbrs.containerAppsEnvironment}${resourceToken}'
    acaNsgName: !empty(acaNsgName) ? acaNsgName : '${abbrs.networkSecurityGroup}${abbrs.containerAppsEnvironment}${resourceToken}'
    privateEndpointSubnetName: !empty(privateEndpointSubnetName) ? privateEndpointSubnetName : '${abbrs.subnet}${abbrs.privateEndpoint}${resourceToken}'
    privateEndpointNsgName: !empty(privateEndpointNsgName) ? privateEndpointNsgName : '${abbrs.networkSecurityGroup}${abbrs.privateEndpoint}${resourceToken}'
  }
}

var vnetId = makesNetwork ? network!.outputs.vnetId : existingVnetId
var apimSubnetId = makesNetwork ? network!.outputs.apimSubnetId : existingApimSubnetId
var acaSubnetId = makesNetwork ? network!.outputs.acaSubnetId : existingAcaSubnetId
var privateEndpointSubnetId = makesNetwork ? network!.outputs.privateEndpointSubnetId : existingPrivateEndpointSubnetId

module zones 'modules/private-dns-zone.bicep' = [
  for (zoneName, index) in zoneNames: if (makesZones) {
    name: 'zone-${index}'
    scope: group
    params: {
      zoneName: zoneName
      vnetId: vnetId
      tags: tags
    }
  }
]

var openAiZone = zones[0]!.outputs.id
var vaultZone = zones[1]!.outputs.id
var registryZone = zones[2]!.outputs.id
var appConfigurationZone = zones[3]!.outputs.id
var eventHubsZone = zones[4]!.outputs.id
var redisZone = zones[5]!.outputs.id
var fileZone = zones[6]!.outputs.id
var monitorZone = zones[7]!.outputs.id
var omsZone = zones[8]!.outputs.id
var odsZone = zones[9]!.outputs.id
var agentZone = zones[10]!.outputs.id

module monitor 'modules/monitor.bicep' = {
  name: 'monitor'
  scope: group
  params: {
    location: location
    tags: tags
    logAnalyticsName: !empty(logAnalyticsName) ? logAnalyticsName : '${abbrs.logAnalyticsWorkspace}${resourceToken}'
    dataCollectionEndpointName: !empty(dataCollectionEndpointName) ? dataCollectionEndpointName : '${abbrs.dataCollectionEndpoint}${resourceToken}'
    dataCollectionRuleName: !empty(dataCollectionRuleName) ? dataCollectionRuleName : '${abbrs.dataCollectionRule}${resourceToken}'
    applicationInsightsName: !empty(applicationInsightsName) ? applicationInsightsName : '${abbrs.applicationInsights}${resourceToken}'
    publisherPrincipalId: proxyIdentity.outputs.principalId
    publicIngestion: !isPrivate
  }
}

module monitorLink 'modules/private-link-scope.bicep' = if (isPrivate) {
  name: 'monitor-link'
  scope: group
  params: {
    name: '${abbrs.privateLinkScope}${resourceToken}'
    tags: tags
    memberIds: [
      monitor.outputs.workspaceId
      monitor.outputs.applicationInsightsId
      monitor.outputs.dataCollectionEndpointId
    ]
  }
}

module monitorEndpoint 'modules/private-endpoint.bicep' = if (isPrivate) {
  name: 'monitor-endpoint'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.privateLinkScope}${resourceToken}'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: monitorLink!.outputs.id
    groupId: 'azuremonitor'
    zoneIds: makesZones ? [monitorZone, omsZone, odsZone, agentZone] : []
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  scope: group
  params: {
    name: !empty(keyVaultName) ? keyVaultName : '${abbrs.keyVault}${resourceToken}'
    location: location
    tags: tags
    publicAccess: !isPrivate
    allowedIpAddress: myIpAddress
    readerPrincipalIds: [
      apimIdentity.outputs.principalId
      proxyIdentity.outputs.principalId
    ]
    officerPrincipalId: myPrincipalId
    createSecrets: !proxyExists
    proofSecretName: keyVaultSecretNames.proxyProof
    userKeySecretName: keyVaultSecretNames.userKey
    proofValue: '${proofSeed}${secondSeed}'
    userKeyValue: '${userKeySeed}${secondSeed}'
  }
}

module vaultEndpoint 'modules/private-endpoint.bicep' = if (isPrivate) {
  name: 'key-vault-endpoint'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.keyVault}${resourceToken}'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: vault.outputs.id
    groupId: 'vault'
    zoneIds: makesZones ? [vaultZone] : []
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  scope: group
  params: {
    name: !empty(containerRegistryName) ? containerRegistryName : '${abbrs.containerRegistry}${resourceToken}'
    location: location
    tags: tags
    publicAccess: !isPrivate
    allowedIpAddress: myIpAddress
    pullPrincipalId: proxyIdentity.outputs.principalId
  }
}

module registryEndpoint 'modules/private-endpoint.bicep' = if (isPrivate) {
  name: 'registry-endpoint'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.containerRegistry}${resourceToken}'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: registry.outputs.id
    groupId: 'registry'
    zoneIds: makesZones ? [registryZone] : []
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: '${abbrs.storageAccount}${resourceToken}'
    location: location
    tags: tags
    publicAccess: !isPrivate
  }
}

module storageEndpoint 'modules/private-endpoint.bicep' = if (isPrivate) {
  name: 'storage-endpoint'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.storageAccount}${resourceToken}'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: storage.outputs.id
    groupId: 'file'
    zoneIds: makesZones ? [fileZone] : []
  }
}

module accounts 'modules/openai.bicep' = [
  for item in provisioned: {
    name: 'openai-${item.id}'
    scope: group
    params: {
      name: item.?account ?? ''
      location: item.region
      tags: tags
      deployments: item.deployments
      publicAccess: !isPrivate
      userPrincipalIds: [
        apimIdentity.outputs.principalId
        proxyIdentity.outputs.principalId
      ]
      workspaceId: monitor.outputs.workspaceId
    }
  }
]

module accountEndpoints 'modules/private-endpoint.bicep' = [
  for (item, index) in provisioned: if (isPrivate) {
    name: 'openai-endpoint-${item.id}'
    scope: group
    params: {
      name: '${abbrs.privateEndpoint}${abbrs.openAiAccount}${resourceToken}-${index}'
      location: location
      tags: tags
      subnetId: privateEndpointSubnetId
      targetId: accounts[index].outputs.id
      groupId: 'account'
      zoneIds: makesZones ? [openAiZone] : []
    }
  }
]

module secondaryAccount 'modules/openai.bicep' = if (!empty(secondaryOpenAILocation)) {
  name: 'openai-secondary'
  scope: group
  params: {
    name: '${abbrs.openAiAccount}${resourceToken}-${secondaryOpenAILocation}'
    location: secondaryOpenAILocation
    tags: tags
    deployments: endpoints[0].deployments
    publicAccess: !isPrivate
    userPrincipalIds: [
      apimIdentity.outputs.principalId
      proxyIdentity.outputs.principalId
    ]
    workspaceId: monitor.outputs.workspaceId
  }
}

module secondaryEndpoint 'modules/private-endpoint.bicep' = if (isPrivate && !empty(secondaryOpenAILocation)) {
  name: 'openai-endpoint-secondary'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.openAiAccount}${resourceToken}-secondary'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: secondaryAccount!.outputs.id
    groupId: 'account'
    zoneIds: makesZones ? [openAiZone] : []
  }
}

module appConfiguration 'modules/app-configuration.bicep' = if (useAppConfiguration) {
  name: 'app-configuration'
  scope: group
  params: {
    name: !empty(appConfigurationName) ? appConfigurationName : '${abbrs.appConfiguration}${resourceToken}'
    location: location
    tags: tags
    publicAccess: !isPrivate
    readerPrincipalIds: [
      proxyIdentity.outputs.principalId
    ]
    ingestionEndpoint: monitor.outputs.ingestionEndpoint
    ruleImmutableId: monitor.outputs.ruleImmutableId
    stream: monitor.outputs.stream
    routes: filledRoutes
    firstVersionRoutes: filledFirstRoutes
    tenants: string(tenants)
    userPrincipalId: myPrincipalId
  }
}

module appConfigurationEndpoint 'modules/private-endpoint.bicep' = if (isPrivate && useAppConfiguration) {
  name: 'app-configuration-endpoint'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.appConfiguration}${resourceToken}'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: appConfiguration!.outputs.id
    groupId: 'configurationStores'
    zoneIds: makesZones ? [appConfigurationZone] : []
  }
}

module eventHubs 'modules/event-hubs.bicep' = if (useEventHubs) {
  name: 'event-hubs'
  scope: group
  params: {
    name: '${abbrs.eventHubsNamespace}${resourceToken}'
    location: location
    tags: tags
    publicAccess: !isPrivate
    senderPrincipalId: proxyIdentity.outputs.principalId
  }
}

module eventHubsEndpoint 'modules/private-endpoint.bicep' = if (isPrivate && useEventHubs) {
  name: 'event-hubs-endpoint'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.eventHubsNamespace}${resourceToken}'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: eventHubs!.outputs.id
    groupId: 'namespace'
    zoneIds: makesZones ? [eventHubsZone] : []
  }
}

module redis 'modules/redis.bicep' = if (useRedisCacheForAPIM) {
  name: 'redis'
  scope: group
  params: {
    name: !empty(redisCacheServiceName) ? redisCacheServiceName : '${abbrs.redis}${resourceToken}'
    location: location
    tags: tags
    publicAccess: !isPrivate
  }
}

module redisEndpoint 'modules/private-endpoint.bicep' = if (isPrivate && useRedisCacheForAPIM) {
  name: 'redis-endpoint'
  scope: group
  params: {
    name: '${abbrs.privateEndpoint}${abbrs.redis}${resourceToken}'
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    targetId: redis!.outputs.id
    groupId: 'redisEnterprise'
    zoneIds: makesZones ? [redisZone] : []
  }
}

module containerEnvironment 'modules/container-environment.bicep' = {
  name: 'container-environment'
  scope: group
  params: {
    name: !empty(containerAppsEnvironmentName) ? containerAppsEnvironmentName : '${abbrs.containerAppsEnvironment}${resourceToken}'
    location: location
    tags: tags
    subnetId: isPrivate ? acaSubnetId : ''
    internal: apimIsInNetwork
    workspaceId: monitor.outputs.workspaceId
    storageAccountName: storage.outputs.name
    shareName: storage.outputs.shareName
  }
  dependsOn: [
    storageEndpoint
  ]
}

module containerDns 'modules/container-dns.bicep' = if (apimIsInNetwork) {
  name: 'container-dns'
  scope: group
  params: {
    domain: containerEnvironment.outputs.defaultDomain
    address: containerEnvironment.outputs.staticIp
    vnetId: vnetId
    tags: tags
  }
}

var monitorSink = 'azure-monitor:${monitor.outputs.ingestionEndpoint}?rule=${monitor.outputs.ruleImmutableId}&client-id=${proxyIdentity.outputs.clientId}'
var telemetrySink = 'azure-monitor-otel:/run/gatewright/connection-string'
var eventSink = useEventHubs ? 'eventhubs:${eventHubs!.outputs.host}/${eventHubs!.outputs.hubName}?client-id=${proxyIdentity.outputs.clientId}' : ''

module proxy 'modules/proxy.bicep' = {
  name: 'proxy'
  scope: group
  params: {
    name: !empty(proxyAppName) ? proxyAppName : '${abbrs.containerApp}proxy-${resourceToken}'
    location: location
    tags: proxyTags
    environmentId: containerEnvironment.outputs.id
    identityId: proxyIdentity.outputs.id
    identityClientId: proxyIdentity.outputs.clientId
    registryServer: registry.outputs.loginServer
    exists: proxyExists
    imageName: proxyImageName
    external: true
    routes: filledRoutes
    proofSecretUri: '${vault.outputs.uri}secrets/${keyVaultSecretNames.proxyProof}'
    proofAudience: proxyAudience
    proofCallerId: apimIdentity.outputs.principalId
    proofThumbprints: proxyCertificate.thumbprints
    ledgerStorageName: containerEnvironment.outputs.ledgerStorageName
    sinks: useEventHubs ? [monitorSink, telemetrySink, eventSink] : [monitorSink, telemetrySink]
    appConfigurationEndpoint: useAppConfiguration ? appConfiguration!.outputs.endpoint : ''
    applicationInsightsConnectionString: monitor.outputs.applicationInsightsConnectionString
  }
  dependsOn: [
    vaultEndpoint
    registryEndpoint
    monitorEndpoint
  ]
}

module policy 'modules/policy.bicep' = if (useAzurePolicy) {
  name: 'policy'
  scope: group
}

module apimAddress 'modules/public-ip.bicep' = if (needsPublicIp) {
  name: 'apim-address'
  scope: group
  params: {
    name: '${abbrs.publicIpAddress}${abbrs.apiManagement}${resourceToken}'
    location: location
    tags: tags
    domainNameLabel: toLower(apimService)
  }
}

module apim 'modules/api-management.bicep' = if (!useExistingApim) {
  name: 'api-management'
  scope: group
  params: {
    name: apimService
    location: location
    tags: tags
    tier: apimTier
    units: apimUnits
    publisherName: publisherName
    publisherEmail: publisherEmail
    identityId: apimIdentity.outputs.id
    subnetId: apimIsInNetwork ? apimSubnetId : ''
    publicIpAddressId: needsPublicIp ? apimAddress!.outputs.id : ''
    workspaceId: monitor.outputs.workspaceId
  }
}

module apimTelemetry 'modules/api-management-telemetry.bicep' = if (!useExistingApim) {
  name: 'api-management-telemetry'
  scope: group
  params: {
    apimName: apim!.outputs.name
    applicationInsightsName: monitor.outputs.applicationInsightsName
    identityClientId: apimIdentity.outputs.clientId
    identityPrincipalId: apimIdentity.outputs.principalId
  }
}

module apimCertificate 'modules/api-management-certificate.bicep' = if (!empty(proxyCertificate.id)) {
  name: 'api-management-certificate'
  scope: resourceGroup(useExistingApim ? existingApimResourceGroup : group.name)
  params: {
    apimName: useExistingApim ? apimService : apim!.outputs.name
    name: proxyCertificate.id
    secretUri: '${vault.outputs.uri}secrets/${proxyCertificate.keyVaultName}'
    identityClientId: apimIdentity.outputs.clientId
  }
  dependsOn: [
    vaultEndpoint
  ]
}

module apimCache 'modules/api-management-cache.bicep' = if (useRedisCacheForAPIM && !useExistingApim) {
  name: 'api-management-cache'
  scope: group
  params: {
    apimName: apim!.outputs.name
    redisName: redis!.outputs.name
  }
}

module existingApim 'modules/api-management-existing.bicep' = if (useExistingApim) {
  name: 'api-management-existing'
  scope: resourceGroup(existingApimResourceGroup)
  params: {
    name: apimService
  }
}

module usageFunctions 'modules/usage-functions.bicep' = {
  name: 'usage-functions'
  scope: group
  params: {
    workspaceName: monitor.outputs.workspaceName
    rates: usageTables.rates
    budgets: usageTables.budgets
    limits: usageTables.limits
    deployments: usageTables.deployments
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitor.outputs.workspaceId
    email: publisherEmail
    hasGatewayLogs: !useExistingApim && apimTier != 'Consumption'
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: tags
    displayName: 'AI gateway ${environmentName}'
    workspaceId: monitor.outputs.workspaceId
    applicationInsightsId: monitor.outputs.applicationInsightsId
  }
}

module dashboard 'modules/dashboard.bicep' = {
  name: 'dashboard'
  scope: group
  params: {
    name: !empty(applicationInsightsDashboardName) ? applicationInsightsDashboardName : '${abbrs.dashboard}${resourceToken}'
    title: 'AI gateway ${environmentName}'
    location: location
    tags: tags
    applicationInsightsName: monitor.outputs.applicationInsightsName
    applicationInsightsId: monitor.outputs.applicationInsightsId
    workspaceId: monitor.outputs.workspaceId
  }
}

@description('Entra tenant.')
output TENANT_ID string = tenant().tenantId

@description('Entra tenant, under azd\'s name.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Region of the deployment.')
output DEPLOYMENT_LOCATION string = location

@description('Resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('What the names of the resources end in.')
output RESOURCE_TOKEN string = resourceToken

@description('Name of the API Management service.')
output APIM_NAME string = useExistingApim ? existingApim!.outputs.name : apim!.outputs.name

@description('Resource group of the API Management service.')
output APIM_RESOURCE_GROUP string = useExistingApim ? existingApimResourceGroup : group.name

@description('Address of the gateway.')
output APIM_GATEWAY_URL string = useExistingApim ? existingApim!.outputs.gatewayUrl : apim!.outputs.gatewayUrl

@description('Client id of the identity of API Management.')
output APIM_CLIENT_ID string = apimIdentity.outputs.clientId

@description('Resource id of the identity of API Management: an existing service has to be given it.')
output APIM_IDENTITY_ID string = apimIdentity.outputs.id

@description('Name of the Container Apps environment.')
output AZURE_CONTAINER_ENVIRONMENT_NAME string = containerEnvironment.outputs.name

@description('Name of the container registry.')
output AZURE_CONTAINER_REGISTRY_NAME string = registry.outputs.name

@description('Host of the container registry.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer

@description('Name of the identity of the proxy.')
output AZURE_PROXY_MANAGED_IDENTITY_NAME string = proxyIdentity.outputs.name

@description('Address of App Configuration; empty where it is not used.')
output AZURE_APPCONFIG_ENDPOINT string = useAppConfiguration ? appConfiguration!.outputs.endpoint : ''

@description('Connection string of Application Insights.')
output APPLICATIONINSIGHTS_CONNECTION_STRING string = monitor.outputs.applicationInsightsConnectionString

@description('Resource id of Application Insights.')
output APPLICATIONINSIGHTS_ID string = monitor.outputs.applicationInsightsId

@description('Name of the Key Vault.')
output AZURE_KEY_VAULT_NAME string = vault.outputs.name

@description('Address of the Key Vault.')
output AZURE_KEY_VAULT_ENDPOINT string = vault.outputs.uri

@description('Resource id of the Log Analytics workspace.')
output LOG_ANALYTICS_WORKSPACE_ID string = monitor.outputs.workspaceId

@description('Where usage records are sent.')
output DATA_COLLECTION_ENDPOINT string = monitor.outputs.ingestionEndpoint

@description('Immutable id of the data collection rule.')
output DATA_COLLECTION_RULE_ID string = monitor.outputs.ruleImmutableId

@description('Name of the container app of the proxy.')
output SERVICE_PROXY_NAME string = proxy.outputs.name

@description('Host of the proxy.')
output PROXY_HOST string = proxy.outputs.host

@description('Address of the proxy.')
output SERVICE_PROXY_URI string = 'https://${proxy.outputs.host}'

@description('Address of the additional Azure OpenAI account; empty where there is none.')
output SECONDARY_OPENAI_ENDPOINT string = !empty(secondaryOpenAILocation) ? secondaryAccount!.outputs.endpoint : ''

@description('Host and port of the external cache; empty where there is none.')
output REDIS_ADDRESS string = useRedisCacheForAPIM ? redis!.outputs.address : ''
