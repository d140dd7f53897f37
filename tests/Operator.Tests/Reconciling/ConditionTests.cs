using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

public sealed class ConditionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, 900, TimeSpan.Zero);

    private static IReadOnlyList<Condition> Set(IReadOnlyList<Condition>? before, bool? status, string reason, string message, DateTimeOffset now, long generation = 1) =>
        new ConditionList(before, generation, now).Set("Ready", status, reason, message).ToList();

    [Fact]
    public void A_transition_time_moves_with_the_status_and_with_nothing_else()
    {
        var first = Set(null, false, "Pending", "a", Now);
        var same = Set(first, false, "RunFailed", "b", Now.AddMinutes(1), 2);
        var other = Set(same, true, "Succeeded", "c", Now.AddMinutes(2), 2);

        Assert.Equal(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero), first[0].LastTransitionTime);
        Assert.Equal(first[0].LastTransitionTime, same[0].LastTransitionTime);
        Assert.Equal(("RunFailed", 2L), (same[0].Reason, same[0].ObservedGeneration));
        Assert.Equal(first[0].LastTransitionTime.AddMinutes(2), other[0].LastTransitionTime);
        Assert.Equal(ConditionStatus.Unknown, Set(null, null, "NotEvaluated", "", Now)[0].Status);
    }

    [Fact]
    public void Status_reason_and_generation_make_a_condition_differ_and_words_do_not()
    {
        var one = Set(null, true, "Streaming", "3 s behind", Now);

        Assert.False(ConditionList.Differ(one, Set(one, true, "Streaming", "5 s behind", Now.AddMinutes(1))));
        Assert.True(ConditionList.Differ(one, Set(one, false, "Streaming", "3 s behind", Now)));
        Assert.True(ConditionList.Differ(one, Set(one, true, "CatchingUp", "3 s behind", Now)));
        Assert.True(ConditionList.Differ(one, Set(one, true, "Streaming", "3 s behind", Now, 2)));
        Assert.True(ConditionList.Differ(null, one));
    }

    [Fact]
    public void A_message_is_cut_between_characters_has_no_controls_and_no_password()
    {
        Assert.Equal(1024, Set(null, true, "R", new string('x', 5000), Now)[0].Message.Length);
        var emoji = Set(null, true, "R", new string('x', 1022) + "💥💥", Now)[0].Message;
        Assert.Equal(new string('x', 1022) + "…", emoji);
        Assert.Equal("a b c\nd", Set(null, true, "R", "a\u001bb\rc\nd", Now)[0].Message);
        Assert.DoesNotContain("secret", Set(null, true, "R", "cannot reach redis://user:secret@host:6379", Now)[0].Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 1024), Set(null, true, "R", new string('x', 1024), Now)[0].Message);
    }

    [Fact]
    public void Every_standing_gives_the_three_conditions_of_kstatus()
    {
        var conditions = new Standing(false, "Invalid", "why", Stalled: true).Conditions(null, 3, Now).ToList();

        Assert.Equal(["Ready False Invalid", "Reconciling False TakenUp", "Stalled True Invalid"], conditions.Select(one => $"{one.Type} {one.Status} {one.Reason}"));
        Assert.All(conditions, one => Assert.Equal(3, one.ObservedGeneration));
    }

    public static TheoryData<string, string> Hindered => new()
    {
        { nameof(HindranceKind.Unschedulable), "Unschedulable" }, { nameof(HindranceKind.ImagePull), "ImagePullFailed" }, { nameof(HindranceKind.NoPod), "JobRefused" }, { nameof(HindranceKind.Container), "Pending" },
    };

    [Theory]
    [MemberData(nameof(Hindered))]
    public void Every_hindrance_has_a_reason_and_a_code_of_its_own_and_is_not_stalled(string kind, string reason)
    {
        var standing = Standing.Of(new Hindrance(Enum.Parse<HindranceKind>(kind), "words"));

        Assert.Equal((reason, false, false), (standing.Reason, standing.Ready!.Value, standing.Stalled));
        Assert.Matches("^LH80[0-9]{2}: .*words", standing.Message);
    }

    public static TheoryData<string, string, string> Reasons => new()
    {
        { "Lakehouse", TableCodes.StoreCredentialsRefused.Id, "CredentialsRefused" },
        { "Lakehouse", TableCodes.BucketMissing.Id, "BucketMissing" },
        { "Lakehouse", TableCodes.ConditionalWritesUnsupported.Id, "ConditionalWritesUnsupported" },
        { "Lakehouse", TableCodes.LocationOwned.Id, "LocationOwned" },
        { "Lakehouse", RunCodes.SecretMissing.Id, "SecretMissing" },
        { "Lakehouse", RunCodes.Interrupted.Id, "StoreUnreachable" },
        { "Ingestion", SourceCodes.CredentialsRefused.Id, "CredentialsRefused" },
        { "Ingestion", SourceCodes.SourceRegressed.Id, "SourceRegressed" },
        { "Ingestion", SourceCodes.DataLoss.Id, "DataLoss" },
        { "Ingestion", SourceCodes.PositionMissing.Id, "PositionMissing" },
        { "Ingestion", RunCodes.SecretMissing.Id, "SecretMissing" },
        { "Ingestion", TableCodes.BucketMissing.Id, "LakehouseNotReady" },
        { "Transformation", RunCodes.DeadlineExceeded.Id, "DeadlineExceeded" },
        { "Ingestion", RunCodes.OutOfMemory.Id, "OutOfMemory" },
        { "Ingestion", "LH9999", "RunFailed" },
        { "Transformation", RunCodes.OutOfMemory.Id, "OutOfMemory" },
        { "Transformation", RunCodes.InputExceedsScratch.Id, "InputExceedsScratch" },
        { "Transformation", RunCodes.SecretMissing.Id, "SecretMissing" },
        { "QualityCheck", RunCodes.OutOfMemory.Id, "RunFailed" },
        { "Transformation", "LH9999", "RunFailed" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_failure_has_the_reason_that_interface_md_gives_it(string kind, string code, string reason)
    {
        var exit = ErrorReference.Find(code)?.Exit ?? RunnerExit.Bug;

        Assert.Equal(reason, Standing.ReasonOf(new ErrorStatus(code, "m"), exit, Enum.Parse<ResourceKind>(kind)));
    }
}
