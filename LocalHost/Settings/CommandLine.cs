using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.LocalHost.Azurite;

namespace Pipeline.LocalHost.Settings;

/// <summary>What was asked for on the command line.</summary>
public sealed record CommandLine
{
    public const int DefaultPort = 7071;

    private const string Usage = """
        dotnet run --project LocalHost -- [options]
          --port N               listen on http://localhost:N (7071; 0 picks a free one)
          --storage-port-base N  storage on ports N, N+1 and N+2 (10000); what listens there is used and left running
          --data DIR             where the storage emulator keeps its files (LocalHost/.azurite/N)
          --settings FILE        read this instead of local.settings.json
          --demo                 send samples through the pipeline until a digest lies in the mailbox
          --worker-port N        wait on this port for the app as a worker process of its own, in place of running it here
          --Name=value           any setting, as in --Digest__Day=Daily
          --help                 this text
        """;

    public int Port { get; private init; } = DefaultPort;
    public StoragePorts Storage { get; private init; } = new(StoragePorts.DefaultBase);
    public string? DataFolder { get; private init; }
    public string? SettingsFile { get; private init; }
    public bool Demo { get; private init; }

    /// <summary>Where to wait for a worker in a process of its own; null runs the app in this one.</summary>
    public int? WorkerPort { get; private init; }

    public IReadOnlyDictionary<string, string?> Settings { get; private init; } = new Dictionary<string, string?>();

    /// <summary>Where this host answers.</summary>
    public Uri Address => new($"http://localhost:{Port}");

    internal static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (IsSetting(name, value))
                settings[LocalSettings.Key(name[2..])] = value;
            else
                line = name switch
                {
                    "--port" => line with { Port = Number(0, 65535) is var port && port == 0 ? FreePort() : port },
                    "--storage-port-base" => line with { Storage = new StoragePorts(Number(1, 65533)) },
                    "--data" => line with { DataFolder = Path.GetFullPath(Value()) },
                    "--settings" => line with { SettingsFile = Path.GetFullPath(Value()) },
                    "--worker-port" => line with { WorkerPort = Number(1, 65535) },
                    "--demo" when value is null => line with { Demo = true },
                    "--backup" or "--backups" or "--restore" or "--table" =>
                        throw Wrong($"{name} has moved to the commands of Admin: dotnet run --project Admin -- --help lists them."),
                    "--help" or "-h" or "-?" => throw new StartException(Usage) { ExitCode = 0 },
                    _ => throw Wrong($"Unknown option '{arguments[i]}'. --help lists what there is."),
                };

            string Value() => value ?? (i + 1 < arguments.Count ? arguments[++i] : throw Wrong($"{name} needs a value. --help tells more."));

            int Number(int least, int most) =>
                Value() is var text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                    ? number
                    : throw Wrong($"{name} takes a number from {least} to {most}, not '{text}'.");
        }

        return line with { Settings = settings };
    }

    private static (string Name, string? Value) Split(string argument) =>
        argument.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (argument[..at], argument[(at + 1)..]) : (argument, null);

    /// <summary>The names of settings begin with a capital letter, those of options do not: a mistyped option is not taken for a setting.</summary>
    private static bool IsSetting(string name, string? value) =>
        value is not null && name.Length > 2 && name.StartsWith("--", StringComparison.Ordinal) && char.IsUpper(name[2]);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static StartException Wrong(string sentence) => new(sentence) { ExitCode = 2 };
}
