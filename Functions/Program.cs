using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline;
using Pipeline.Functions.Pages;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddPages();
builder.Services.AddPipeline();
await builder.Build().RunAsync();
