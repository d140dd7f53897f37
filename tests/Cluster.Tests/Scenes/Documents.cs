using System.Globalization;

namespace LakehouseOperator.Cluster.Tests.Scenes;

/// <summary>Documents that most tests begin with, as short as they can be.</summary>
internal static class Documents
{
    public const string Lakehouse = """
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: { name: main }
        spec:
          storage: {s3: {bucket: lake, endpoint: "http://s3.storage:9000", region: us-east-1, pathStyle: true, credentialsSecretRef: {name: s3}}}
        """;

    /// <summary>A stream from nowhere to <c>bronze.NAME</c>, of columns id and at.</summary>
    public static string Ingestion(string name = "events", string more = "") => $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: { name: {{name}} }
        spec:
          lakehouseRef: {name: main}
          source: {redisStreams: {url: "redis://redis.shop:6379/0", sourceId: shop, group: lakehouse, format: {json: {field: data} }, startFrom: Earliest} }
          tables:
          - {from: "shop:{{name}}", name: bronze.{{name}}, columns: [{name: id, type: BIGINT, required: true}, {name: at, type: TIMESTAMPTZ}] }
          {{Indented(more)}}
        """;

    public static string Transformation(string name, string table, string sql, string more = "") => $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: { name: {{name}} }
        spec:
          lakehouseRef: {name: main}
          table: {{table}}
          sql: {{sql}}
          {{Indented(more)}}
        """;

    /// <summary>Of <c>bronze.events</c>.</summary>
    public static string Silver(string name = "silver", string more = "") => Transformation(name, $"silver.{name}", "SELECT id, \"at\" FROM bronze.events", more);

    public static string Check(string name, string table, string enforcement = "Report", string checks = "{name: has-rows, rowCount: {min: 1}}", string more = "") => $$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: QualityCheck
        metadata: { name: {{name}} }
        spec:
          lakehouseRef: {name: main}
          table: {{table}}
          enforcement: {{enforcement}}
          checks: [{{checks}}]
          {{Indented(more)}}
        """;

    /// <summary>As many as asked for, each of the one before.</summary>
    public static IReadOnlyList<string> Chain(int length) =>
    [
        .. Enumerable.Range(1, length).Select(i => Transformation(
            string.Create(CultureInfo.InvariantCulture, $"step-{i}"),
            string.Create(CultureInfo.InvariantCulture, $"silver.step_{i}"),
            i == 1 ? "SELECT id FROM bronze.events" : string.Create(CultureInfo.InvariantCulture, $"SELECT id FROM silver.step_{i - 1}"))),
    ];

    private static string Indented(string lines) => lines.Replace("\n", "\n  ", StringComparison.Ordinal);
}
