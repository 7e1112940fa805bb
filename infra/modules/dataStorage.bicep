// The tables and queues: what the app knows, and what editors work in.

@description('Name of the storage account.')
param accountName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Keeps three copies in different zones of the region.')
param zoneRedundant bool

@description('Log Analytics workspace that the logs go to.')
param workspaceId string

// The app would create them too; here they are there before anybody looks. A test compares both lists.
var tables = [
  'Practices'
  'Rejections'
  'IdempotencyKeys'
  'Subscribers'
  'ConfirmationLimits'
  'Erasures'
  'Digests'
  'Deliveries'
]
var queues = [
  'practice-submissions'
  'practice-submissions-poison'
  'digest-deliveries'
  'digest-deliveries-poison'
  'outgoing-mail'
  'outgoing-mail-poison'
  'health-checks'
]

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-08-01' = {
  parent: account
  name: 'default'

  resource table 'tables' = [for name in tables: { name: name }]
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-08-01' = {
  parent: account
  name: 'default'

  resource queue 'queues' = [for name in queues: { name: name }]
}

// Writes alone, for the alert about poison queues: the host looks into its queues day and night, and each look would be a line.
resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queueService
  name: 'toWorkspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageWrite', enabled: true }]
  }
}

// Who deleted a row or a table, which nothing else would tell.
resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tableService
  name: 'toWorkspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}
