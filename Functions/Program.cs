using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline;
using Pipeline.Functions.Pages;
using Pipeline.Functions.Telemetry;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddTelemetry();
builder.Services.AddPages();
builder.Services.AddPipeline();
await builder.Build().RunAsync();
