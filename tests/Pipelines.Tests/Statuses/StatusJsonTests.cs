using System.Text;
using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Pipelines.Tests.Statuses;

public class StatusJsonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 15, 13, 0, 0, TimeSpan.FromHours(1));

    private static readonly TransformationStatus Whole = new(
        3,
        [new Condition(ConditionTypes.Ready, ConditionStatus.False, "SqlInvalid", "LH2003: no such column", Noon, 3)],
        [new InputStatus("bronze.events", "t1", 5, 4)],
        new OutputStatus("gold.daily", "t2", 7, 7, null, "s3://lake/gold/daily", Noon, "abc", [new GateStatus("daily", "def")]),
        new LastRunStatus("run-1", new TriggerStatus(TriggerKind.Schedule, "schedule=2026-01-15T12:00:00Z"), 2, "3", Noon, Noon.AddMilliseconds(1500), RunResult.Failed, RunnerExit.Sql, new ErrorStatus("LH2003", "no such column", "spec.sql", 3, 3)),
        Noon, Noon.AddDays(1), "a", [new PastRunStatus("run-1", TriggerKind.Schedule, 2, Noon, Noon, RunResult.Failed, null, "LH2003")]);

    [Fact]
    public void Times_are_in_UTC_and_what_is_not_known_is_left_out()
    {
        var json = JsonSerializer.SerializeToElement(Whole, StatusJson.Default.TransformationStatus);
        Assert.Equal("2026-01-15T12:00:00Z", json.GetProperty("lastScheduleTime").GetString());
        Assert.Equal("2026-01-15T12:00:01.5Z", json.GetProperty("lastRun").GetProperty("completionTime").GetString());
        Assert.False(json.GetProperty("output").TryGetProperty("rows", out _));
        Assert.Equal("False", json.GetProperty("conditions")[0].GetProperty("status").GetString());
        Assert.Equal("Sql", json.GetProperty("lastRun").GetProperty("exit").GetString());
    }

    [Fact]
    public void What_is_written_is_read_again_and_later_members_are_passed_over()
    {
        var text = JsonSerializer.Serialize(Whole, StatusJson.Default.TransformationStatus);
        var later = Encoding.UTF8.GetBytes(text.Insert(1, "\"later\":{\"x\":[1]},"));
        var read = StatusJson.TryRead(later, StatusJson.Default.TransformationStatus);
        Assert.Equal(text, JsonSerializer.Serialize(read!, StatusJson.Default.TransformationStatus));
    }

    /// <summary>A status is a cache: what someone else wrote there is as if it were lost.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"conditions\": 5}")]
    [InlineData("{\"conditions\": [{\"type\": \"Ready\"}]}")]
    [InlineData("{\"conditions\": [{\"type\": \"Ready\", \"status\": \"Maybe\", \"reason\": \"x\", \"message\": \"\", \"lastTransitionTime\": \"2026-01-15T12:00:00Z\"}]}")]
    [InlineData("{\"lastRun\": {\"id\": null}}")]
    [InlineData("{\"lastScheduleTime\": \"tomorrow\"}")]
    public void A_status_that_is_none_is_as_if_it_were_lost(string text) =>
        Assert.Null(StatusJson.TryRead(Encoding.UTF8.GetBytes(text), StatusJson.Default.TransformationStatus));
}
