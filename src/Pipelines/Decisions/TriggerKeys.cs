using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>
/// What makes a run due, as text that is equal for equal causes: input data versions, the SQL's hash, gates and the request; or a scheduled time. Runs are told apart by it, so
/// its form is frozen (ADR 0002): another form would make every resource due once. A key is an annotation of a Job and part of a status; one that would be too long for these is its hash.
/// </summary>
public static class TriggerKeys
{
    /// <summary>Null where an input was never written.</summary>
    public static string? Of(TransformationSubject subject, IReadOnlyDictionary<string, TableVersion> tables)
    {
        var request = subject.Request is { } requested ? $"request={requested}" : null;
        if (!subject.OnChange)
            return request ?? "";
        var inputs = new List<ConsumedInput>();
        foreach (var input in subject.Inputs)
        {
            if (!tables.TryGetValue(input.Table, out var version))
                return null;
            inputs.Add(new ConsumedInput(input.Table, version.TableId, version.DataVersion, input.PinnedVersion));
        }

        return Of(new ConsumedInputs(inputs, subject.SqlHash, subject.Gates), subject.Request);
    }

    /// <summary>Of a run that consumed exactly this.</summary>
    public static string Of(ConsumedInputs consumed, string? request)
    {
        var key = new StringBuilder();
        foreach (var input in consumed.Inputs.Where(input => input.PinnedVersion is null).OrderBy(input => input.Table, StringComparer.Ordinal))
            key.Append(CultureInfo.InvariantCulture, $"{input.Table}={input.TableId}@{input.DataVersion};");
        key.Append(CultureInfo.InvariantCulture, $"sql={consumed.SqlHash}");
        foreach (var gate in consumed.Gates.OrderBy(gate => gate.Key, StringComparer.Ordinal))
            key.Append(CultureInfo.InvariantCulture, $";gate:{gate.Key}={gate.Value}");
        if (key.Length > Longest)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString()));
            key.Clear().Append("inputs=sha256:").Append(Convert.ToHexStringLower(hash));
        }

        if (request is not null)
            key.Append(CultureInfo.InvariantCulture, $";request={request}");
        return key.ToString();
    }

    /// <summary>Annotations of an object have 256 KiB together.</summary>
    private const int Longest = 64 * 1024;

    /// <summary>Of judging this version with these checks.</summary>
    public static string Of(EvaluatedVersion version, string? request) =>
        string.Create(CultureInfo.InvariantCulture, $"table={version.TableId}@{version.DataVersion};checks={version.ChecksHash}{(request is null ? "" : $";request={request}")}");

    /// <summary>Of a scheduled time.</summary>
    public static string Of(DateTimeOffset scheduled) => $"schedule={ScheduleSlot.Text(scheduled)}";

    public static string Of(IngestionSubject subject) => (subject.DrainKey, subject.Request) switch
    {
        ({ } drain, null) => $"drain={drain}",
        ({ } drain, { } request) => $"drain={drain};request={request}",
        _ => "stream",
    };
}
