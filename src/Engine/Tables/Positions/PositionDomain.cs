using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Engine.Tables.Positions;

/// <summary>
/// Names one position of a source: <c>lakehouse.position/&lt;kind&gt;/&lt;identity&gt;/&lt;partition&gt;</c> (tables.md, "Positions"). The parts are
/// percent-encoded, so that identities may hold slashes.
/// </summary>
/// <param name="Kind">Of the source, such as <c>generator</c>.</param>
/// <param name="Identity">The source's own, never Kubernetes': host, port and database; system identifier and slot; location.</param>
/// <param name="Partition">Of the source; sources without partitions use <c>0</c>.</param>
public sealed record PositionDomain(string Kind, string Identity, string Partition)
{
    public const string Prefix = "lakehouse.position/";

    private const string WriterPart = "writer";

    /// <summary>The domain of the position; also the application id of its batch counter.</summary>
    public string Name => $"{Prefix}{Uri.EscapeDataString(Kind)}/{Uri.EscapeDataString(Identity)}/{Uri.EscapeDataString(Partition)}";

    /// <summary>The domain of the writer that holds the position.</summary>
    public string WriterName => $"{Name}/{WriterPart}";

    /// <summary>True for the domain of a position, or of a position's writer.</summary>
    public static bool TryParse(string domain, [NotNullWhen(true)] out PositionDomain? position, out bool isWriter)
    {
        position = null;
        isWriter = false;
        if (!domain.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var parts = domain[Prefix.Length..].Split('/');
        isWriter = parts.Length == 4 && parts[3] == WriterPart;
        if (parts.Length != 3 && !isWriter)
            return false;
        position = new PositionDomain(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1]), Uri.UnescapeDataString(parts[2]));
        return true;
    }

    public override string ToString() => Name;
}
