// Three alerts. Each means a fault that needs a person. docs/operate.md says what to do.

@description('Short name of the deployment.')
param environmentName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Log Analytics workspace with the metrics and logs.')
param workspaceId string

@description('Where alerts are mailed to.')
param alertEmail string

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-pipeline-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'pipeline'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

// A test checks that the code records these metrics. A new workspace does not have the tables yet, and Azure disables a rule that
// fails for some days: so each query begins with a union with an empty table. The parts of a query are joined with "|".
var rules = [
  {
    name: 'digest-run-missing'
    title: 'No digest run for three hours'
    description: 'PublishDigest did not run for three hours: the app does not start, its timer is stopped, or telemetry does not arrive.'
    severity: 1
    query: [
      'union isfuzzy=true (datatable(TimeGenerated: datetime, Name: string) []), AppMetrics'
      'where Name == "pipeline.digest.runs"'
    ]
    measure: { timeAggregation: 'Count', operator: 'LessThan', threshold: 1 }
    window: 'PT3H'
    frequency: 'PT15M'
  }
  {
    name: 'issue-not-closed'
    title: 'An issue is not closed after two hours'
    description: 'The oldest open issue of a digest is older than two hours: some readers may not have got it.'
    severity: 1
    query: [
      'union isfuzzy=true (datatable(TimeGenerated: datetime, Name: string, Max: real, Sum: real) []), AppMetrics'
      'where Name == "pipeline.digest.open_age"'
      'project TimeGenerated, Age = coalesce(Max, Sum)'
    ]
    measure: { timeAggregation: 'Maximum', metricMeasureColumn: 'Age', operator: 'GreaterThan', threshold: 7200 }
    window: 'PT15M'
    frequency: 'PT15M'
  }
  {
    name: 'poison-message'
    title: 'A poison queue took a message'
    description: 'A message failed five times. Nothing is lost: docs/operate.md, question 10, says where it is and what to do.'
    severity: 2
    query: [
      'union isfuzzy=true (datatable(TimeGenerated: datetime, OperationName: string, StatusText: string, Uri: string) []), StorageQueueLogs'
      'where OperationName == "PutMessage" and StatusText == "Success"'
      'where tostring(parse_url(Uri).Path) endswith "-poison/messages"'
    ]
    measure: { timeAggregation: 'Count', operator: 'GreaterThan', threshold: 0 }
    // Longer than a row takes to arrive: it comes once.
    window: 'PT1H'
    frequency: 'PT15M'
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${rule.name}-${environmentName}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${rule.title} (${environmentName})'
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      windowSize: rule.window
      evaluationFrequency: rule.frequency
      criteria: {
        allOf: [
          union(
            { query: join(rule.query, ' | '), failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 } },
            rule.measure
          )
        ]
      }
      autoMitigate: true
      skipQueryValidation: true
      actions: { actionGroups: [operators.id] }
    }
  }
]
