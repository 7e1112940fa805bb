using System.Globalization;
using Pipeline.Admin;
using Pipeline.Languages;

// System.CommandLine has translations, this application has none.
CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Language.English.Culture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = Language.English.Culture;
return await AdminApplication.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
