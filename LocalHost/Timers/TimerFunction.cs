using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using NCrontab;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Timers;

/// <summary>A function with a timer trigger.</summary>
internal sealed record TimerFunction(Function Function, CrontabSchedule Schedule, bool UseMonitor, bool RunOnStartup)
{
    public string Name => Function.Name;

    public static TimerFunction From(Function function, ParameterInfo trigger, TimerTriggerAttribute attribute, SettingNames names)
    {
        if (trigger.ParameterType != typeof(TimerInfo))
            throw new StartException($"Function {function.Name}: its trigger parameter is a TimerInfo, not {trigger.ParameterType.Name}.");
        ParameterCheck.RefuseOthers(function, trigger);

        var text = names.Resolve(attribute.Schedule, function.Name);
        var withSeconds = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length == 6;
        var schedule = CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = withSeconds })
            ?? throw new StartException($"Function {function.Name}: '{text}' is not a schedule. It has six fields, second first, as in '0 0 * * * *' for every hour.");
        return new TimerFunction(function, schedule, attribute.UseMonitor, attribute.RunOnStartup);
    }
}
