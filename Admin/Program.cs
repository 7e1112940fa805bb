using Pipeline.Admin;
using Pipeline.Languages;

// System.CommandLine translates its messages; those of this application are English only.
Language.English.SetAsDefault();
return await AdminApplication.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
