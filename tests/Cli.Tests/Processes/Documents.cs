namespace LakehouseOperator.Cli.Tests.Processes;

/// <summary>A small pipeline that is right, and a place for one Transformation that is not.</summary>
public static class Documents
{
    /// <summary>The Lakehouse that all others belong to.</summary>
    public const string Main = """
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: main}
        spec: {}

        """;

    public const string Good = Main + """
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: {name: events}
        spec:
          lakehouseRef: {name: main}
          source: {generator: {seed: 1, users: 20, days: 2, eventsPerDay: 100, eventsPerSecond: 1}}
          tables:
          - name: bronze.events
            columns:
            - {name: event_id, type: VARCHAR, required: true}
            - {name: user_id, type: BIGINT}
            - {name: event_type, type: VARCHAR}
            - {name: timestamp, type: TIMESTAMPTZ}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: good}
        spec:
          lakehouseRef: {name: main}
          table: silver.good
          sql: SELECT event_id, user_id FROM bronze.events

        """;

    /// <param name="more">Further lines of the spec, each with its two spaces.</param>
    public static string With(string sql, string table = "silver.bad", string more = "") => Good + Transformation("bad", sql, table, more);

    public static string Transformation(string name, string sql, string table, string more = "") => $$"""
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: {{name}}}
        spec:
          lakehouseRef: {name: main}
          table: {{table}}
        {{(more.Length > 0 ? more + "\n" : "")}}  sql: |
            {{sql.Replace("\n", "\n    ", StringComparison.Ordinal)}}

        """;
}
