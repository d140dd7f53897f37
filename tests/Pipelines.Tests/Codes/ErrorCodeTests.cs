using System.Reflection;
using System.Text.RegularExpressions;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Tests.Codes;

/// <summary>The rules of ADR 0005.</summary>
public partial class ErrorCodeTests
{
    private static readonly Dictionary<string, char> Rooms = new()
    {
        ["DocumentCodes"] = '1', ["InputCodes"] = '1', ["SqlCodes"] = '2', ["SourceCodes"] = '3', ["RecordCodes"] = '3', ["TableCodes"] = '4',
        ["CheckCodes"] = '5', ["RunCodes"] = '6', ["ClusterCodes"] = '8', ["BugCodes"] = '9',
    };

    private static readonly IReadOnlyList<(Type Room, ErrorCode Code)> All =
    [
        .. from room in typeof(ErrorCode).Assembly.GetTypes()
           where room.Name.EndsWith("Codes", StringComparison.Ordinal)
           from field in room.GetFields(BindingFlags.Public | BindingFlags.Static)
           where field.FieldType == typeof(ErrorCode)
           select (room, (ErrorCode)field.GetValue(null)!),
    ];

    [Fact]
    public void Every_code_has_its_rooms_digit() => Assert.All(All, one =>
    {
        Assert.Matches(Form(), one.Code.Id);
        Assert.Equal(Rooms[one.Room.Name], one.Code.Id[2]);
    });

    [Fact]
    public void No_code_is_given_twice() => Assert.Equal(All.Count, All.Select(one => one.Code.Id).Distinct().Count());

    [Fact]
    public void Every_title_says_something_of_its_own()
    {
        Assert.All(All, one => Assert.False(string.IsNullOrWhiteSpace(one.Code.Title)));
        Assert.Equal(All.Count, All.Select(one => one.Code.Title).Distinct().Count());
    }

    [Fact]
    public void A_failure_never_ends_with_Done() => Assert.All(All, one => Assert.NotEqual(RunnerExit.Done, one.Code.Exit));

    [GeneratedRegex("^LH[1-9][0-9]{3}$")]
    private static partial Regex Form();
}
