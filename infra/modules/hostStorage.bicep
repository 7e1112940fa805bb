// What the app runs from, and what editors have no access to: the package, the host's keys and leases, the backups.

@description('Name of the storage account.')
param accountName string

@description('Name of the container that the app is deployed to.')
param packageContainerName string

@description('Name of the container of the daily backups.')
param backupContainerName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Keeps three copies in different zones of the region.')
param zoneRedundant bool

var backupDays = 35
var softDeleteDays = 7

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

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: packageContainerName
}

resource backups 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: backupContainerName
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          // Addresses of people are in them, so none is kept for longer than it may be needed.
          name: 'deleteBackups'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${backups.name}/'] }
            actions: {
              baseBlob: { delete: { daysAfterCreationGreaterThan: backupDays } }
              version: { delete: { daysAfterCreationGreaterThan: backupDays } }
            }
          }
        }
        {
          // An earlier package is what a rollback takes.
          name: 'deleteOldPackages'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${packages.name}/'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: backupDays } } }
          }
        }
        {
          // The host writes the status of a timer each minute; nobody wants yesterday's.
          name: 'deleteOldHostState'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['azure-webjobs-'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: 1 } } }
          }
        }
      ]
    }
  }
}
