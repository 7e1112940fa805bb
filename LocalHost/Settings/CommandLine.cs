using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.LocalHost.Azurite;

namespace Pipeline.LocalHost.Settings;

/// <summary>The options and settings on the command line.</summary>
public sealed record CommandLine
{
    public const int DefaultPort = 7071;

    private const string Usage = """
        dotnet run --project LocalHost -- [options]
          --port N               listen on http://localhost:N (default: 7071; 0 chooses a free port)
          --storage-port-base N  storage uses the ports N, N+1 and N+2 (default: 10000); an emulator that runs there is not ended
          --data DIR             keep the files of the storage emulator in this folder (default: LocalHost/.azurite/N)
          --settings FILE        read this file instead of local.settings.json
          --demo                 send sample practices and subscribers through the app, until a digest is in the mailbox
          --worker-port N        wait on this port for the app as a worker process, instead of running it in this process
          --Name=value           set any setting, as in --Digest__Day=Daily
          --help                 show this text
        """;

    public int Port { get; private init; } = DefaultPort;
    public StoragePorts Storage { get; private init; } = new(StoragePorts.DefaultBase);
    public string? DataFolder { get; private init; }
    public string? SettingsFile { get; private init; }
    public bool Demo { get; private init; }

    /// <summary>The port on which to wait for a worker in a process of its own. If it is null, the app runs in this process.</summary>
    public int? WorkerPort { get; private init; }

    public IReadOnlyDictionary<string, string?> Settings { get; private init; } = new Dictionary<string, string?>();

    public Uri Address => new($"http://localhost:{Port}");

    /// <exception cref="CommandLineException">The command line is wrong or asks for help.</exception>
    internal static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (SettingArgument.Is(arguments[i]))
            {
                var setting = SettingArgument.Parse(arguments[i]);
                settings[setting.Name] = setting.Value;
                continue;
            }

            var (name, value) = Split(arguments[i]);
            line = name switch
            {
                "--port" => line with { Port = Number(0, 65535) is var port && port == 0 ? FreePort() : port },
                "--storage-port-base" => line with { Storage = new StoragePorts(Number(1, 65533)) },
                "--data" => line with { DataFolder = Path.GetFullPath(Value()) },
                "--settings" => line with { SettingsFile = Path.GetFullPath(Value()) },
                "--worker-port" => line with { WorkerPort = Number(1, 65535) },
                "--demo" when value is null => line with { Demo = true },
                "--backup" or "--backups" or "--restore" or "--table" => throw new CommandLineException(
                    $"{name} is a command of Admin now. List its commands with dotnet run --project Admin -- --help"),
                "--help" or "-h" or "-?" => throw new CommandLineException(Usage) { ExitCode = 0 },
                _ => throw new CommandLineException($"There is no option '{arguments[i]}'. List the options with --help."),
            };

            string Value() =>
                value ?? (i + 1 < arguments.Count
                    ? arguments[++i]
                    : throw new CommandLineException($"{name} needs a value. See --help."));

            int Number(int min, int max)
            {
                var text = Value();
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
                    ? number
                    : throw new CommandLineException($"{name} is '{text}', but it should be a number from {min} to {max}.");
            }
        }

        return line with { Settings = settings };
    }

    private static (string Name, string? Value) Split(string argument) =>
        argument.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (argument[..at], argument[(at + 1)..]) : (argument, null);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
