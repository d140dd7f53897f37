using System.Text;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Engine.Tests.Storage.S3;

/// <summary>Stores over the real server, as tests want them: impatient.</summary>
internal static class S3Stores
{
    /// <summary>Parts of the least size that stores take, and pauses that nobody notices.</summary>
    public static readonly S3Tuning Quick = new()
    {
        PartBytes = 5 << 20,
        FirstPause = TimeSpan.FromMilliseconds(5),
        LongestPause = TimeSpan.FromMilliseconds(40),
        LongestAskedPause = TimeSpan.FromSeconds(2),
    };

    public static S3Plan Plan(string endpoint, SecretKeyRef? authority = null) =>
        new(endpoint, "us-east-1", PathStyle: true, new S3CredentialsPlan("store", "accessKeyId", "secretAccessKey", "sessionToken"), authority);

    public static MemorySecrets Keys(S3Server server) => new() { ["accessKeyId"] = server.AccessKey, ["secretAccessKey"] = server.SecretKey };

    public static S3Connection Connect(string endpoint, ISecrets secrets, S3Tuning? tuning = null, SecretKeyRef? authority = null, TimeProvider? time = null) =>
        new(Plan(endpoint, authority), secrets, time ?? TimeProvider.System, new Random(1), tuning ?? Quick);
}

/// <summary>One secret, whose values change under the reader's hands.</summary>
internal sealed class MemorySecrets : ISecrets
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public string this[string key]
    {
        set
        {
            lock (values)
                values[key] = value;
        }
    }

    public ReadOnlyMemory<byte>? Find(string secret, string key)
    {
        lock (values)
            return values.TryGetValue(key, out var value) ? Encoding.UTF8.GetBytes(value) : null;
    }
}
