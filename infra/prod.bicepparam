using 'main.bicep'

// What people use. Replace what ends in example.org, and the ids of the groups.

param environmentName = 'prod'
param baseUrl = 'https://practices.example.org'
param senderAddress = 'digest@example.org'
param alertEmail = 'pipeline-operators@example.org'

// Three copies in three zones. The plan itself is not zone redundant: Flex would then keep two instances of each scale group
// running day and night, and an app that is started anew in another zone loses nothing, as all it knows is in storage.
param zoneRedundant = true

// A whole processor: an issue's letters are rendered and its requests built within a second or two of a cold start.
param instanceMemoryMB = 2048

// Long enough to compare a quarter with the one before; and a flood still costs only so much a day.
param logRetentionDays = 180
param logDailyCapGB = 5

// Object ids of Entra groups: az ad group show --group NAME --query id
param adminGroupId = '00000000-0000-0000-0000-000000000001'
param operatorGroupId = '00000000-0000-0000-0000-000000000002'
