@description('Name of the Log Analytics workspace.')
param workspaceName string

@description('Name of the Application Insights resource.')
param insightsName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Days that logs and metrics are kept.')
param retentionDays int

@description('Gigabytes a day after which the rest is dropped; -1 for no cap.')
param dailyCapGB int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    // A flood of logs ends in an alert (no digest run is seen any more), not in a bill.
    workspaceCapping: { dailyQuotaGb: dailyCapGB }
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    // Its connection string alone lets nobody write: that takes the role Monitoring Metrics Publisher.
    DisableLocalAuth: true
  }
}

@description('Resource id of the Log Analytics workspace.')
output workspaceId string = workspace.id

@description('Where telemetry is sent to; no secret, as local authentication is off.')
output insightsConnectionString string = insights.properties.ConnectionString
