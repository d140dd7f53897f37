using System.Text;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>The <c>Secret</c> documents, for a laptop. Nothing of a value is ever printed: no member here renders one.</summary>
public sealed class SecretSet
{
    private readonly SortedDictionary<string, SortedDictionary<string, byte[]>> secrets = new(StringComparer.Ordinal);

    /// <summary>Names as <c>namespace/name</c>.</summary>
    public IReadOnlyCollection<string> Names => secrets.Keys;

    /// <summary>The bytes under a secret's key; null where secret or key is missing.</summary>
    public ReadOnlyMemory<byte>? Find(string secretNamespace, string name, string key) =>
        secrets.TryGetValue($"{secretNamespace}/{name}", out var keys) && keys.TryGetValue(key, out var bytes) ? bytes : default(ReadOnlyMemory<byte>?);

    /// <summary>Keys of a secret in order; null where there is no such secret.</summary>
    public IReadOnlyCollection<string>? KeysOf(string secretNamespace, string name) =>
        secrets.TryGetValue($"{secretNamespace}/{name}", out var keys) ? keys.Keys : null;

    internal void Add(string secretNamespace, string name, MappingNode document, List<Diagnostic> diagnostics)
    {
        var keys = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        Read("data", (text, bytes) => Convert.TryFromBase64String(text, bytes, out var length) ? length : -1);
        Read("stringData", (text, bytes) => Encoding.UTF8.GetBytes(text, bytes));
        secrets[$"{secretNamespace}/{name}"] = keys;

        void Read(string field, Func<string, byte[], int> decode)
        {
            var node = document[field];
            if (node is null)
                return;
            if (node is not MappingNode mapping)
            {
                Report(node, field, $"{field} must be an object of strings");
                return;
            }

            foreach (var member in mapping.Members)
            {
                var path = FieldPath.Member(field, member.Key);
                if (member.Value is not ScalarNode { Kind: ScalarKind.String } scalar)
                {
                    Report(member.Value, path, $"expected a string, found {member.Value.Described}");
                    continue;
                }

                var buffer = new byte[Encoding.UTF8.GetMaxByteCount(scalar.Text.Length)];
                var length = decode(scalar.Text, buffer);
                if (length < 0)
                    Report(member.Value, path, "this is not base64");
                else
                    keys[member.Key] = buffer[..length];
            }
        }

        void Report(Node node, string field, string message) => diagnostics.Add(new Diagnostic(
            DocumentCodes.InvalidSecret, DiagnosticSeverity.Error, $"Secret/{name}: {message}", Field: field, Place: (node.Origin with { Hidden = true }).Place));
    }
}
