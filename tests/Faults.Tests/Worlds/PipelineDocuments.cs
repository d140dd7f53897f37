namespace LakehouseOperator.Faults.Tests.Worlds;

/// <summary>A small pipeline with all that a fault can meet: two kinds of source, partitions, quarantine, gates, a table made of two others, checks on their own.</summary>
internal static class PipelineDocuments
{
    public const string SilverEvents =
        "SELECT event_id, user_id, lower(event_type) AS event_type, event_date FROM bronze.events QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY _source_position::BIGINT) = 1";

    public const string SilverOrders = "SELECT id AS order_id, user_id, amount FROM bronze.orders";

    public const string GoldSpending =
        "SELECT user_id, count(DISTINCT event_id) AS events, count(DISTINCT order_id) AS orders, max(amount) AS largest FROM silver.events FULL JOIN silver.orders USING (user_id) GROUP BY user_id";

    /// <param name="drop">Folder of the order files.</param>
    /// <param name="eventsPerCommit">Small, so that a small history takes several commits.</param>
    /// <param name="days">Of history.</param>
    /// <param name="perDay">Events a day of history.</param>
    /// <param name="perSecond">Live events.</param>
    public static string Yaml(string drop, int eventsPerCommit, int days, int perDay, int perSecond) =>
        $$$$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: main}
        spec: {}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: {name: events}
        spec:
          lakehouseRef: {name: main}
          source: {generator: {seed: 7, users: 5, days: {{{{days}}}}, eventsPerDay: {{{{perDay}}}}, eventsPerSecond: {{{{perSecond}}}} } }
          tables:
          - name: bronze.events
            columns:
            - {name: event_id, type: VARCHAR, required: true}
            - {name: user_id, type: BIGINT, required: true}
            - {name: event_type, type: VARCHAR, required: true}
            - {name: timestamp, type: TIMESTAMPTZ, required: true}
            partitionBy: [{column: timestamp, transform: Day, as: event_date}]
          commit: {maxInterval: 10s, maxRows: {{{{eventsPerCommit}}}}}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: {name: orders}
        spec:
          lakehouseRef: {name: main}
          source: {files: {location: "file://{{{{drop}}}}", format: {jsonLines: {} } } }
          tables:
          - name: bronze.orders
            columns:
            - {name: id, type: BIGINT, required: true}
            - {name: user_id, type: BIGINT}
            - {name: amount, type: 'DECIMAL(12,2)'}
            contract: {invalidValues: Quarantine}
          commit: {maxInterval: 10s, maxRows: 5}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: silver-events}
        spec:
          lakehouseRef: {name: main}
          table: silver.events
          sql: '{{{{SilverEvents}}}}'
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: silver-orders}
        spec:
          lakehouseRef: {name: main}
          table: silver.orders
          sql: '{{{{SilverOrders}}}}'
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: gold-spending}
        spec:
          lakehouseRef: {name: main}
          table: gold.spending
          sql: '{{{{GoldSpending}}}}'
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: QualityCheck
        metadata: {name: silver-events}
        spec:
          lakehouseRef: {name: main}
          table: silver.events
          enforcement: Gate
          checks:
          - {name: has-rows, rowCount: {min: 1}}
          - {name: one-row-an-event, unique: {columns: [event_id]}}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: QualityCheck
        metadata: {name: gold-spending}
        spec:
          lakehouseRef: {name: main}
          table: gold.spending
          enforcement: Report
          checks:
          - {name: one-row-a-user, unique: {columns: [user_id]}}
        """;

    /// <summary>File number <paramref name="file"/>: five lines, of which the third and one more are no orders.</summary>
    public static string Orders(int file) => string.Concat(Enumerable.Range(1, 5).Select(line => line switch
    {
        3 => "{\"id\": not json\n",
        5 when file % 2 == 1 => $"{{\"id\":\"x{file}\",\"user_id\":1,\"amount\":1}}\n",
        _ => $"{{\"id\":{file * 10 + line},\"user_id\":{(file + line) % 5 + 1},\"amount\":{file}.{line}5}}\n",
    }));
}
