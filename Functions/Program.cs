using Microsoft.Extensions.Hosting;
using Pipeline.Functions;

await FunctionsComposition.CreateBuilder(args).Build().RunAsync();
