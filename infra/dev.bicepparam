using 'main.bicep'

// To try things: cheap, and its data may be lost.

param environmentName = 'dev'
param senderAddress = 'digest-dev@example.org'
param alertEmail = 'pipeline-operators@example.org'

// An issue whenever there is something new, so that nobody waits for Monday.
param digestDay = 'Always'

// A quarter of the price for each second.
param instanceMemoryMB = 512

// Nobody sends to millions from here.
param sendGridCallsInFlight = 1
