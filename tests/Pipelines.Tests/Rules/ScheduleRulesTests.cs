using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Rules;

public sealed class ScheduleRulesTests
{
    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("UTC", true)]
    [InlineData("Mars/Olympus", false)]
    [InlineData("../../../etc/passwd", false)]
    public void A_time_zone_is_one_of_the_database(string zone, bool known)
    {
        var found = Catalogue.Build(ParsedSet.Parse(DocumentSet.Load(
        [
            ("a.yaml", """
                apiVersion: lakehouse.dev/v1alpha1
                kind: Lakehouse
                metadata: {name: main}
                spec: {}
                ---
                apiVersion: lakehouse.dev/v1alpha1
                kind: Transformation
                metadata: {name: a}
                spec: {lakehouseRef: {name: main}, table: gold.a, sql: SELECT 1 AS a, trigger: {schedule: {cron: "@daily", timeZone: ZONE}}}
                """.Replace("ZONE", zone, StringComparison.Ordinal)),
        ]))).Diagnostics;
        Assert.Equal(known ? [] : [(DocumentCodes.UnknownTimeZone, "spec.trigger.schedule.timeZone")], found.Select(d => (d.Code, d.Field)));
    }
}
