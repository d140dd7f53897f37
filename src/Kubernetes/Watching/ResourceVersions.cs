using System.Globalization;

namespace LakehouseOperator.Kubernetes.Watching;

/// <summary>
/// The order of resourceVersions. They are etcd's revisions, and comparing them within one type of objects is what Kubernetes itself promises since 1.35; what is no number is
/// in no order.
/// </summary>
internal static class ResourceVersions
{
    /// <summary>Whether one is surely later than or the same as another.</summary>
    public static bool IsAtLeast(string? version, string? other) =>
        version is not null && other is not null && (string.Equals(version, other, StringComparison.Ordinal) || (Parse(version) is { } a && Parse(other) is { } b && a >= b));

    /// <summary>Whether one is surely earlier than another.</summary>
    public static bool IsBefore(string? version, string? other) => Parse(version) is { } a && Parse(other) is { } b && a < b;

    private static ulong? Parse(string? version) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
