targetScope = 'resourceGroup'

// The resources of a deployment. Each module is one part, and its outputs are passed to the others here.

import { topicType } from 'modules/settings.bicep'

@description('Short name of this deployment, as dev or prod. It is part of the names of all resources.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Azure region of everything. It has to offer Flex Consumption: az functionapp list-flexconsumption-locations.')
param location string = resourceGroup().location

@description('Tags that every resource gets beside its own.')
param tags object = {}

@description('Public address, as https://practices.example.org. Links in mails start with it. Empty: the address from Azure.')
param baseUrl string = ''

@description('Required: an editor publishes each practice. Off: it is published at once.')
@allowed(['Required', 'Off'])
param moderation string = 'Required'

@description('What people write about and subscribe to. Empty: the one topic that is built in.')
param topics topicType[] = []

@description('Day of the digest: a weekday in English, Daily, or Always.')
@allowed(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday', 'Daily', 'Always'])
param digestDay string = 'Monday'

@description('Time of the digest in its time zone, as 09:00.')
@minLength(5)
@maxLength(5)
param digestTime string = '09:00'

@description('Time zone of the digest, as Europe/Brussels.')
param digestTimeZone string = 'Europe/Brussels'

@description('Hold: a digest with unknown outcome waits for an admin. Resend: it is sent again, which needs webhookPublicKey.')
@allowed(['Hold', 'Resend'])
param unknownPolicy string = 'Hold'

@description('Address that mails come from, in a domain that SendGrid has authenticated.')
param senderAddress string

@description('Name that mails come from.')
param senderName string = 'Making Migration Work'

@description('Verification key of SendGrid\'s signed Event Webhook; a public key, no secret. Empty while the webhook is not set up.')
param webhookPublicKey string = ''

// With maximumInstanceCount it limits the calls of all instances: see modules/functionApp.bicep.
@description('Maximum number of requests that one instance has with SendGrid at once.')
@minValue(1)
@maxValue(100)
param sendGridCallsInFlight int = 4

@description('Names of the Key Vault secrets with the keys of the links in mails, newest first: the first signs, all of them verify.')
@minLength(1)
param tokenKeySecrets string[] = ['token-key-1']

@description('Sites that may have the forms on their pages and call the API, as https://www.example.org.')
param embedOrigins string[] = []

@description('Request header with the client\'s address as its last entry. X-Azure-SocketIP behind Front Door.')
param clientAddressHeader string = 'X-Forwarded-For'

@description('Further app settings by name, for what has a default, as { Limits__FormPostsPerMinute: \'200\' }. Nothing secret.')
param furtherSettings object = {}

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances of each scale group: all HTTP functions together, and each queue function.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Keeps three copies of all data in different zones of the region.')
param zoneRedundant bool = false

@description('Days that logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Gigabytes of logs and metrics a day after which the rest of the day is dropped; -1 for no cap.')
param logDailyCapGB int = 1

@description('Where alerts are mailed to.')
param alertEmail string

@description('Object id of the Entra group of the editors, who work in Azure Storage Explorer. Empty: nobody.')
param adminGroupId string = ''

@description('Object id of the Entra group that may read backups. Empty: nobody.')
param operatorGroupId string = ''

@description('Object id of whoever puts secrets into the key vault. Empty: nobody.')
param vaultOfficerId string = ''

@description('What vaultOfficerId is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param vaultOfficerType string = 'User'

// Names are known before anything is there, so that a preview (what-if, snapshot) shows all there will be.
var suffix = uniqueString(resourceGroup().id, environmentName)
var appName = 'func-pipeline-${environmentName}-${suffix}'
var hostAccountName = 'sthost${suffix}'
var dataAccountName = 'stdata${suffix}'
var vaultName = 'kv-${suffix}'
var workspaceName = 'log-pipeline-${environmentName}'
var insightsName = 'appi-pipeline-${environmentName}'
var packageContainerName = 'app-package'
var backupContainerName = 'backups'
var allTags = union({ application: 'pipeline', environment: environmentName, 'azd-env-name': environmentName }, tags)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-pipeline-${environmentName}'
  location: location
  tags: allTags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: workspaceName
    insightsName: insightsName
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyCapGB: logDailyCapGB
  }
}

module hostStorage 'modules/hostStorage.bicep' = {
  name: 'hostStorage'
  params: {
    accountName: hostAccountName
    packageContainerName: packageContainerName
    backupContainerName: backupContainerName
    location: location
    tags: allTags
    zoneRedundant: zoneRedundant
  }
}

module dataStorage 'modules/dataStorage.bicep' = {
  name: 'dataStorage'
  params: {
    accountName: dataAccountName
    location: location
    tags: allTags
    zoneRedundant: zoneRedundant
    workspaceId: monitoring.outputs.workspaceId
  }
}

module keyVault 'modules/keyVault.bicep' = {
  name: 'keyVault'
  params: {
    vaultName: vaultName
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    identityId: identity.id
    identityPrincipalId: identity.properties.principalId
    hostAccountName: hostAccountName
    backupContainerName: backupContainerName
    dataAccountName: dataAccountName
    vaultName: vaultName
    insightsName: insightsName
    adminGroupId: adminGroupId
    operatorGroupId: operatorGroupId
    vaultOfficerId: vaultOfficerId
    vaultOfficerType: vaultOfficerType
  }
  dependsOn: [hostStorage, dataStorage, keyVault, monitoring]
}

module functionApp 'modules/functionApp.bicep' = {
  name: 'functionApp'
  params: {
    planName: 'asp-pipeline-${environmentName}'
    appName: appName
    location: location
    tags: allTags
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    connections: {
      identityId: identity.id
      clientId: identity.properties.clientId
      hostAccountName: hostAccountName
      packageContainerName: packageContainerName
      dataAccountName: dataAccountName
      vaultName: vaultName
      insightsConnectionString: monitoring.outputs.insightsConnectionString
    }
    pipeline: {
      // What Azure will call the app cannot be asked for before it is there, and it needs its settings from the start.
      #disable-next-line no-hardcoded-env-urls
      baseUrl: empty(baseUrl) ? 'https://${appName}.azurewebsites.net' : baseUrl
      moderation: moderation
      topics: topics
      digestDay: digestDay
      digestTime: digestTime
      digestTimeZone: digestTimeZone
      unknownPolicy: unknownPolicy
      senderAddress: senderAddress
      senderName: senderName
      webhookPublicKey: webhookPublicKey
      sendGridCallsInFlight: sendGridCallsInFlight
      tokenKeySecrets: tokenKeySecrets
      embedOrigins: embedOrigins
      clientAddressHeader: clientAddressHeader
    }
    furtherSettings: furtherSettings
  }
  // The app reads its package, its secrets and its tables with these from the first moment.
  dependsOn: [roles]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    environmentName: environmentName
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    alertEmail: alertEmail
  }
}

@description('Address of the app as Azure gives it.')
output FUNCTION_APP_URL string = functionApp.outputs.url

@description('Name of the function app, for deployments of the code.')
output FUNCTION_APP_NAME string = appName

@description('Name of the key vault, for putting secrets into it.')
output KEY_VAULT_NAME string = vaultName

@description('Account with the tables and queues, for Azure Storage Explorer.')
output DATA_STORAGE_ACCOUNT string = dataAccountName

@description('Account with the package, the host\'s leases and the backups.')
output HOST_STORAGE_ACCOUNT string = hostAccountName
