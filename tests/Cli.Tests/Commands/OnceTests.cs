using LakehouseOperator.Cli.Tests.Processes;

namespace LakehouseOperator.Cli.Tests.Commands;

/// <summary>One pass of <c>lakehouse run --once</c> brings everything up to date, and nothing of it twice.</summary>
public sealed class OnceTests
{
    [Fact]
    public async Task What_is_made_of_a_quarantine_table_is_as_new_as_that_after_every_pass()
    {
        using var folder = new Folder();
        Drop("0.json", "{\"id\":1,\"amount\":2}\n{\"id\":\"one\"}\n");
        var pipeline = folder.Write("pipeline.yaml", $$"""
            {{Documents.Main}}
            ---
            apiVersion: lakehouse.dev/v1alpha1
            kind: Ingestion
            metadata: {name: orders}
            spec:
              lakehouseRef: {name: main}
              source: {files: {location: "file://{{folder.At("drop")}}", format: {jsonLines: { } } } }
              tables:
              - name: bronze.orders
                columns:
                - {name: id, type: BIGINT, required: true}
                - {name: amount, type: BIGINT}
                contract: {invalidValues: Quarantine}
            {{Documents.Transformation("silver", "SELECT id FROM bronze.orders", "silver.orders")}}
            {{Documents.Transformation("faults", "SELECT (SELECT count(*) FROM bronze.orders__quarantine) AS faults, (SELECT count(*) FROM silver.orders) AS orders", "gold.faults")}}
            """);
        await PassAsync("Succeeded", "1,1");
        Drop("1.json", "{\"id\":\"two\"}\n{\"id\":\"three\"}\n{\"id\":2,\"amount\":2}\n");
        await PassAsync("Succeeded", "3,2");
        await PassAsync("UpToDate", "3,2");

        // Long ago, so that it has settled.
        void Drop(string name, string text) => File.SetLastWriteTimeUtc(folder.Write(Path.Combine("drop", name), text), DateTime.UnixEpoch.AddYears(50));

        async Task PassAsync(string result, string rows)
        {
            var ended = await Lakehouse.RunAsync("run", "-f", pipeline, "--lake", folder.At("lake"), "--once", "-o", "json");
            Assert.True(ended.ExitCode == 0, ended.ToString());
            Assert.Equal(result, ended.Json().GetProperty("resources").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "faults").GetProperty("result").GetString());
            var asked = await Lakehouse.RunAsync("query", "--lake", folder.At("lake"), "-o", "csv", "SELECT faults, orders FROM gold.faults");
            Assert.True(asked.ExitCode == 0, asked.ToString());
            Assert.Equal(rows, asked.Out.Trim().Split('\n')[^1].Trim());
        }
    }

    [Fact]
    public async Task Each_table_is_made_once_though_its_sides_are_read_at_different_speeds()
    {
        using var folder = new Folder();
        var pipeline = folder.Write("pipeline.yaml", Documents.Good
            + Documents.Good[(Documents.Good.IndexOf("---", StringComparison.Ordinal))..].Replace("name: events", "name: more", StringComparison.Ordinal)
                .Replace("bronze.events", "bronze.more", StringComparison.Ordinal).Replace("silver.good", "silver.more", StringComparison.Ordinal)
                .Replace("name: good", "name: silver-more", StringComparison.Ordinal).Replace("eventsPerDay: 100", "eventsPerDay: 100000", StringComparison.Ordinal)
            + Documents.Transformation("gold", "SELECT a.user_id FROM silver.good a JOIN silver.more b USING (event_id)", "gold.both"));
        var ended = await Lakehouse.RunAsync("run", "-f", pipeline, "--lake", folder.At("lake"), "--once", "-o", "json");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.All(
            (string[])["silver/good", "silver/more", "gold/both"],
            table => Assert.Single(Directory.GetFiles(folder.At("lake", table, "_delta_log"), "0*.json")));
    }
}
