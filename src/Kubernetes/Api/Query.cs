using System.Globalization;
using System.Text;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>A path with its query, built up.</summary>
internal sealed class Query(string path)
{
    private readonly StringBuilder text = new(path);
    private char separator = '?';

    public Query With(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return this;
        text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        separator = '&';
        return this;
    }

    public Query With(string name, long? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public Query With(string name, bool value) => value ? With(name, "true") : this;

    public override string ToString() => text.ToString();
}
