using System.Globalization;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>A run that is left out is told once: with the status that remembers it.</summary>
internal static class MissedSchedules
{
    public static Intent Tell(Intent intent, DateTimeOffset? before, DateTimeOffset? after) => after is { } missed && missed != before && intent.Status is not null
        ? intent with { Notes = [.. intent.Notes, new Note("ScheduleMissed", string.Create(CultureInfo.InvariantCulture, $"the run of {missed.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} is left out, since it could not be started within startingDeadlineSeconds"), IsWarning: true)] }
        : intent;
}
