metadata description = 'The metering proxy as a container app.'

@description('Required. Name of the container app.')
@minLength(2)
@maxLength(32)
param name string

@description('Required. Azure region.')
param location string

@description('Required. Tags of the resource, azd-service-name among them.')
param tags object

@description('Required. Resource id of the Container Apps environment.')
param environmentId string

@description('Required. Resource id of the identity of the proxy.')
param identityId string

@description('Required. Client id of the identity of the proxy.')
param identityClientId string

@description('Required. Host of the container registry.')
param registryServer string

@description('Required. Whether the app exists already: then it keeps its image.')
param exists bool

@description('Required. Image to run; empty before the first deployment of the code.')
param imageName string

@description('Required. Whether the proxy is reached from outside the environment\'s network.')
param external bool

@description('Required. Routes of the proxy as JSON, placeholders filled.')
@secure()
param routes string

@description('Required. Address of the secret that proves that API Management is calling.')
param proofSecretUri string

@description('Required. Application that tokens of API Management are for; empty: the secret is the only proof.')
param proofAudience string

@description('Required. Object id of the identity of API Management, the one caller whose tokens are believed.')
param proofCallerId string

@description('Required. SHA-256 thumbprints of the certificates of API Management; empty: the ingress asks for none.')
param proofThumbprints string[]

@description('Required. Name of the ledger storage of the environment.')
param ledgerStorageName string

@description('Required. Addresses of where usage records go, one for each sink.')
param sinks string[]

@description('Required. Address of App Configuration; empty where it is not used.')
param appConfigurationEndpoint string

@description('Required. Connection string of Application Insights.')
@secure()
param applicationInsightsConnectionString string

@description('Optional. Fewest replicas: two, so that one may be replaced.')
@minValue(1)
@maxValue(30)
param minReplicas int = 2

@description('Optional. Most replicas.')
@minValue(1)
@maxValue(300)
param maxReplicas int = 10

@description('Optional. Requests at once that one replica carries before another is started.')
@minValue(1)
param concurrentRequests int = 100

var placeholderImage = 'mcr.microsoft.com/azuredocs/containerapps-helloworld:latest'
// The placeholder does not answer the probes of the proxy; `azd up` provisions again once the proxy is there.
var usesPlaceholder = empty(imageName) && !exists
var probes = [
  {
    type: 'Startup'
    httpGet: {
      path: '/health'
      port: 8080
    }
    periodSeconds: 2
    failureThreshold: 30
  }
  {
    type: 'Liveness'
    httpGet: {
      path: '/health'
      port: 8080
    }
    periodSeconds: 15
    timeoutSeconds: 3
    failureThreshold: 4
  }
  {
    type: 'Readiness'
    httpGet: {
      path: '/ready'
      port: 8080
    }
    periodSeconds: 5
    timeoutSeconds: 3
    failureThreshold: 2
  }
]

resource current 'Microsoft.App/containerApps@2025-01-01' existing = if (exists) {
  name: name
}

resource proxy 'Microsoft.App/containerApps@2025-01-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: external
        targetPort: 8080
        transport: 'http'
        allowInsecure: false
        clientCertificateMode: empty(proofThumbprints) ? 'ignore' : 'require'
        traffic: [
          {
            latestRevision: true
            weight: 100
          }
        ]
      }
      registries: [
        {
          server: registryServer
          identity: identityId
        }
      ]
      secrets: [
        {
          name: 'routes'
          value: routes
        }
        {
          name: 'proof'
          keyVaultUrl: proofSecretUri
          identity: identityId
        }
        {
          name: 'appinsights'
          value: applicationInsightsConnectionString
        }
      ]
    }
    template: {
      terminationGracePeriodSeconds: 600
      containers: [
        {
          name: 'proxy'
          image: !empty(imageName) ? imageName : (exists ? current!.properties.template.containers[0].image : placeholderImage)
          resources: {
            cpu: json('1.0')
            memory: '2Gi'
          }
          env: [
            { name: 'AZURE_CLIENT_ID', value: identityClientId }
            { name: 'CLIENT_ID', value: identityClientId }
            { name: 'APPCONFIG_ENDPOINT', value: appConfigurationEndpoint }
            { name: 'GATEWRIGHT_PROXY_ROUTES', value: '/run/gatewright/routes.json' }
            { name: 'GATEWRIGHT_PROXY_PROOF_FILE', value: '/run/gatewright/proof' }
            { name: 'GATEWRIGHT_PROXY_PROOF_ENTRA', value: proofAudience }
            { name: 'GATEWRIGHT_PROXY_PROOF_ENTRA_TENANT', value: empty(proofAudience) ? '' : tenant().tenantId }
            { name: 'GATEWRIGHT_PROXY_PROOF_ENTRA_CALLER', value: empty(proofAudience) ? '' : proofCallerId }
            { name: 'GATEWRIGHT_PROXY_PROOF_ENTRA_AUTHORITY', value: empty(proofAudience) ? '' : environment().authentication.loginEndpoint }
            { name: 'GATEWRIGHT_PROXY_PROOF_CERTIFICATE', value: join(proofThumbprints, ' ') }
            { name: 'GATEWRIGHT_PROXY_INGRESS_REQUIRES_CERTIFICATES', value: empty(proofThumbprints) ? 'false' : 'true' }
            { name: 'GATEWRIGHT_PROXY_LEDGER', value: '/ledger/usage.jsonl' }
            { name: 'GATEWRIGHT_PROXY_DRAIN_SECONDS', value: '570' }
            { name: 'GATEWRIGHT_PROXY_SINK', value: join(sinks, ' ') }
          ]
          probes: usesPlaceholder ? [] : probes
          volumeMounts: [
            {
              volumeName: 'settings'
              mountPath: '/run/gatewright'
            }
            {
              volumeName: 'ledger'
              mountPath: '/ledger'
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: [
          {
            name: 'concurrent-requests'
            http: {
              metadata: {
                concurrentRequests: string(concurrentRequests)
              }
            }
          }
        ]
      }
      volumes: [
        {
          name: 'settings'
          storageType: 'Secret'
          secrets: [
            {
              secretRef: 'routes'
              path: 'routes.json'
            }
            {
              secretRef: 'proof'
              path: 'proof'
            }
            {
              secretRef: 'appinsights'
              path: 'connection-string'
            }
          ]
        }
        {
          name: 'ledger'
          storageType: 'AzureFile'
          storageName: ledgerStorageName
          mountOptions: 'uid=10001,gid=10001,dir_mode=0700,file_mode=0600'
        }
      ]
    }
  }
}

@description('Name of the container app.')
output name string = proxy.name

@description('Host of the proxy.')
output host string = proxy.properties.configuration.ingress.fqdn

@description('Image that runs.')
output image string = proxy.properties.template.containers[0].image
