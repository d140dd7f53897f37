using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Schedules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

internal static class ScheduleRules
{
    public static void Judge(Subject subject, string field, ScheduleSpec spec)
    {
        if (!CronExpression.TryParse(spec.Cron, out _, out var problem))
            subject.Error(DocumentCodes.InvalidSchedule, field + ".cron", $"\"{Shown(spec.Cron)}\" {problem}", "write minute, hour, day of month, month, day of week, such as \"0 4 * * *\" for 04:00 every day");
        if (spec.TimeZone is { } zone && !TimeZones.TryFind(zone, out _))
            subject.Error(DocumentCodes.UnknownTimeZone, field + ".timeZone", $"there is no time zone \"{Shown(zone)}\"", TimeZones.Help(zone));
    }

    private static string Shown(string text) => new([.. text.Take(64).Select(static c => char.IsControl(c) ? '\uFFFD' : c)]);
}
