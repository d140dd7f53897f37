using LakehouseOperator.Pipelines.Decisions;

namespace LakehouseOperator.Pipelines.Tests.Decisions;

/// <summary>A stream is under way as long as it lives: whoever waited for it would wait for all of maxWait, at every version.</summary>
public sealed class StreamTests
{
    [Theory]
    [InlineData("raw_users")]
    [InlineData("users")]
    public void A_stream_above_a_table_that_checks_refer_to_holds_nobody(string read)
    {
        var world = new World();
        var stream = new IngestionSubject(new ResourceId(ResourceKind.Ingestion, "stream"), "1", ["raw_orders", read]) { Running = new RunInHand("stream", 1, world.Now) };
        world.Subjects[stream.Id] = stream;
        if (read != "users")
            world.Transformation("users", read);
        var check = new QualityCheckSubject(new ResourceId(ResourceKind.QualityCheck, "q"), "1", "raw_orders", "checks-1", false) { Prefers = ["users"] };
        world.Subjects[check.Id] = check;
        world.Bump("raw_orders");
        world.Bump(read);
        world.Step();
        if (read != "users")
        {
            Assert.Equal((Verdict.Wait, Reason.WaitingForUpstream), (world.Of("q").Verdict, world.Of("q").Reason));
            world.Finish(World.Xf("users"));
            world.Step();
        }

        Assert.Equal(Verdict.Start, world.Of("q").Verdict);
    }
}
