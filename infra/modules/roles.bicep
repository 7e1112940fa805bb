// Who may do what: the whole of it. Nobody has a key, so this list is the only way in. A test holds it.

@description('Resource id of the app\'s identity.')
param identityId string

@description('Principal id of the app\'s identity.')
param identityPrincipalId string

@description('Account with the package, the host\'s leases and the backups.')
param hostAccountName string

@description('Container of the backups in that account.')
param backupContainerName string

@description('Account with the tables and queues.')
param dataAccountName string

@description('Key vault with the app\'s secrets.')
param vaultName string

@description('Application Insights that the app writes to.')
param insightsName string

@description('Object id of the Entra group of the editors; empty for none.')
param adminGroupId string

@description('Object id of the Entra group that may read backups; empty for none.')
param operatorGroupId string

@description('Object id of whoever puts secrets into the vault; empty for none.')
param vaultOfficerId string

@description('What vaultOfficerId is.')
param vaultOfficerType string

var roles = {
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  StorageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  StorageBlobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  StorageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  StorageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  KeyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  KeyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  MonitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-08-01' existing = {
  name: hostAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource backups 'containers' existing = { name: backupContainerName }
  }
}

resource dataAccount 'Microsoft.Storage/storageAccounts@2025-08-01' existing = { name: dataAccountName }

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = { name: vaultName }

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }

// The host's own account. Owner, as the host creates its containers, holds timers and the singleton by leases and keeps its keys
// there; tables are for its diagnostic events, the only trace of an app that does not start. It needs no queue there: only blob
// triggers would.
resource appOnHost 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ['StorageBlobDataOwner', 'StorageTableDataContributor']: {
    scope: hostAccount
    name: guid(hostAccount.id, identityId, roles[role])
    properties: {
      description: 'Pipeline on its host account: ${role}'
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[role])
    }
  }
]

// The data. Reader and Message Processor would not do for the queues: a message that failed could not be given back.
resource appOnData 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ['StorageQueueDataContributor', 'StorageTableDataContributor']: {
    scope: dataAccount
    name: guid(dataAccount.id, identityId, roles[role])
    properties: {
      description: 'Pipeline on its data account: ${role}'
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[role])
    }
  }
]

resource appOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identityId, roles.KeyVaultSecretsUser)
  properties: {
    description: 'Pipeline on its key vault: KeyVaultSecretsUser'
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.KeyVaultSecretsUser)
  }
}

resource appOnInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityId, roles.MonitoringMetricsPublisher)
  properties: {
    description: 'Pipeline on its Application Insights: MonitoringMetricsPublisher'
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.MonitoringMetricsPublisher
    )
  }
}

// Editors see the account in Storage Explorer and work in tables and queues. Nothing on the host account: keys and code are there.
resource adminsOnData 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ['Reader', 'StorageQueueDataContributor', 'StorageTableDataContributor']: if (!empty(adminGroupId)) {
    scope: dataAccount
    name: guid(dataAccount.id, adminGroupId, roles[role])
    properties: {
      description: 'Editors on the data account: ${role}'
      principalId: adminGroupId
      principalType: 'Group'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[role])
    }
  }
]

resource operatorsOnBackups 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorGroupId)) {
  scope: hostAccount::blobs::backups
  name: guid(hostAccount::blobs::backups.id, operatorGroupId, roles.StorageBlobDataReader)
  properties: {
    description: 'Operators on the backups: StorageBlobDataReader'
    principalId: operatorGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.StorageBlobDataReader)
  }
}

resource officerOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(vaultOfficerId)) {
  scope: vault
  name: guid(vault.id, vaultOfficerId, roles.KeyVaultSecretsOfficer)
  properties: {
    description: 'Who puts secrets into the key vault: KeyVaultSecretsOfficer'
    principalId: vaultOfficerId
    principalType: vaultOfficerType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.KeyVaultSecretsOfficer)
  }
}
