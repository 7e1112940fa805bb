// The app's settings by name, and what they are made of. local.settings.sample.json and docs/settings.md say what each does.

@description('A topic: what its settings Topics__0__… are made of. What it leaves out is as for all.')
@export()
type topicType = {
  @description('Lower-case letters, digits and hyphens; part of addresses and keys, so it stays for good.')
  id: string
  @description('Name in English.')
  name: string
  @description('Introduction in English.')
  introduction: string?
  @description('Names in other languages, as { fr: \'…\' }.')
  names: { *: string }?
  @description('Introductions in other languages.')
  introductions: { *: string }?
  @description('Day of its digest.')
  digestDay: string?
  @description('Time of its digest.')
  digestTime: string?
  @description('Time zone of its digest.')
  digestTimeZone: string?
}

@description('What a deployer chooses; main.bicep says what each is.')
@export()
type pipelineType = {
  baseUrl: string
  moderation: string
  topics: topicType[]
  digestDay: string
  digestTime: string
  digestTimeZone: string
  unknownPolicy: string
  senderAddress: string
  senderName: string
  webhookPublicKey: string
  sendGridCallsInFlight: int
  tokenKeySecrets: string[]
  embedOrigins: string[]
  clientAddressHeader: string
}

@description('What the app works with, and as whom.')
@export()
type connectionsType = {
  @description('Resource id of the identity that the app is.')
  identityId: string
  @description('Client id of that identity.')
  clientId: string
  hostAccountName: string
  packageContainerName: string
  dataAccountName: string
  vaultName: string
  @description('No secret, as local authentication is off.')
  insightsConnectionString: string
}

// Without a version: a new one is taken within a day, or at once when the app restarts.
func secretReference(vaultName string, secret string) string =>
  '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${secret})'

func byName(entries { name: string, value: string }[]) object =>
  toObject(entries, entry => entry.name, entry => entry.value)

@description('How the host and the clients of the app reach what they work with.')
@export()
func connectionSettings(to connectionsType) object => {
  AzureWebJobsStorage__accountName: to.hostAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: to.clientId
  PipelineStorage__queueServiceUri: 'https://${to.dataAccountName}.queue.${environment().suffixes.storage}'
  PipelineStorage__tableServiceUri: 'https://${to.dataAccountName}.table.${environment().suffixes.storage}'
  PipelineStorage__credential: 'managedidentity'
  PipelineStorage__clientId: to.clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: to.insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${to.clientId};Authorization=AAD'
  // DefaultAzureCredential would look for an identity of the app's own, and there is none.
  AZURE_CLIENT_ID: to.clientId
  // The front page is ours.
  AzureWebJobsDisableHomepage: 'true'
}

@description('What a deployer chose, as settings.')
@export()
func pipelineSettings(chosen pipelineType, vaultName string) object =>
  union(
    {
      Pipeline__BaseUrl: chosen.baseUrl
      Pipeline__Moderation: chosen.moderation
      Digest__Day: chosen.digestDay
      Digest__Time: chosen.digestTime
      Digest__TimeZone: chosen.digestTimeZone
      Digest__UnknownPolicy: chosen.unknownPolicy
      Limits__ClientAddressHeader: chosen.clientAddressHeader
      SendGrid__ApiKey: secretReference(vaultName, 'sendgrid-api-key')
      SendGrid__CallsInFlight: string(chosen.sendGridCallsInFlight)
      SendGrid__From: chosen.senderAddress
      SendGrid__FromName: chosen.senderName
      SendGrid__WebhookPublicKey: chosen.webhookPublicKey
    },
    byName(map(chosen.tokenKeySecrets, (secret, index) => {
      name: 'Tokens__Keys__${index}'
      value: secretReference(vaultName, secret)
    })),
    byName(map(chosen.embedOrigins, (origin, index) => { name: 'Pipeline__EmbedOrigins__${index}', value: origin })),
    byName(filter(
      flatten(map(chosen.topics, (topic, index) => topicSettings(topic, 'Topics__${index}'))),
      entry => !empty(entry.value)
    ))
  )

func topicSettings(topic topicType, prefix string) { name: string, value: string }[] =>
  concat(
    [
      { name: '${prefix}__Id', value: topic.id }
      { name: '${prefix}__Name', value: topic.name }
      { name: '${prefix}__Introduction', value: topic.?introduction ?? '' }
      { name: '${prefix}__Digest__Day', value: topic.?digestDay ?? '' }
      { name: '${prefix}__Digest__Time', value: topic.?digestTime ?? '' }
      { name: '${prefix}__Digest__TimeZone', value: topic.?digestTimeZone ?? '' }
    ],
    map(items(topic.?names ?? {}), text => { name: '${prefix}__Names__${text.key}', value: text.value }),
    map(items(topic.?introductions ?? {}), text => { name: '${prefix}__Introductions__${text.key}', value: text.value })
  )
