import { connectionsType, pipelineType, connectionSettings, pipelineSettings } from 'settings.bicep'

@description('Name of the plan.')
param planName string

@description('Name of the function app; part of its address.')
param appName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('Most instances of each scale group.')
param maximumInstanceCount int

@description('What the app works with, and as whom.')
param connections connectionsType

@description('What a deployer chooses.')
param pipeline pipelineType

@description('Further settings by name.')
param furtherSettings object

var settings = union(
  connectionSettings(connections),
  pipelineSettings(pipeline, connections.vaultName),
  furtherSettings
)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: appName
  location: location
  // By this tag azd finds where to deploy to.
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${connections.identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: connections.identityId
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${connections.hostAccountName}.blob.${environment().suffixes.storage}/${connections.packageContainerName}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: connections.identityId }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        // Flex scales each queue function by itself, but has no limit for one function, only this one, which holds for each of them
        // and for HTTP. So the sender of digests is bounded by the product: at most 40 instances × SendGrid__CallsInFlight (4) = 160
        // calls at once, which is 160,000 recipients; batchSize in host.json (16 + 8 messages an instance) decides how soon a further
        // instance is started, not how many calls are made. Where SendGrid says "too many", each instance waits by itself.
        maximumInstanceCount: maximumInstanceCount
        triggers: {
          // Requests wait for storage and not for the processor, and a body has at most 256 KiB. With the default (16 at 2048 MB)
          // four times as many instances would be started, and each is billed for at least a second.
          http: { perInstanceConcurrency: 64 }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      appSettings: [for setting in items(settings): { name: setting.key, value: setting.value }]
    }
  }

  // Deployments sign in with Entra; a publish profile would be a key.
  resource publishProfile 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftpProfile 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }
}

@description('Address of the function app.')
output url string = 'https://${app.properties.defaultHostName}'
