using LakehouseOperator.Engine.SqlWorker.Judging;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

public sealed class MaskingTests
{
    [Theory]
    [InlineData("Could not convert string 'secret' to INT32 when casting from source column b", "Could not convert string '…' to INT32 when casting from source column b")]
    [InlineData("Could not convert string 'se'cr\net' to INT32", "Could not convert string '…'")]
    [InlineData("Could not parse string \"se'cret\" according to\nse'cret\n^", "Could not parse string '…'")]
    [InlineData("Could not convert string \"secret\" to DECIMAL(3,1)", "Could not convert string '…' to DECIMAL(3,1)")]
    [InlineData("Overflow in addition of INT32 (2147483647 + 1)!", "Overflow in addition of INT32 (… + …)!")]
    [InlineData("Type INT32 with value -2147483647 can't be cast because the value is out of range for the destination type UINT8", "Type INT32 with value -… cannot be cast because the value is out of range for the destination type UINT8")]
    [InlineData("Type VARCHAR with value '{\"a\":\"secretx\"}' can't be cast to the destination type STRUCT(b INTEGER)", "Type VARCHAR with value '…' cannot be cast to the destination type STRUCT(b INTEGER)")]
    [InlineData("Type VARCHAR with value 'I can't be secret' can't be cast to X", "Type VARCHAR with value '…' cannot be cast to X")]
    [InlineData("missing ): secret(", "missing )")]
    [InlineData("Could not parse string \"secret\" according to format specifier \"%Y\"\nsecret\n^\nError: Expected a number", "Could not parse string '…'")]
    [InlineData("Malformed JSON at byte 0 of input: unexpected character.  Input: \"secret\"", "Malformed JSON at byte … of input")]
    [InlineData("Invalid input for hex digit: s", "Invalid input for hex digit")]
    [InlineData("Failed to parse format specifier secret%Q: Unrecognized format for strftime/strptime: %Q", "Failed to parse format specifier …")]
    [InlineData("Unknown TimeZone 'secret'!\n\nCandidate time zones: \"Etc/Greenwich\", \"Asia/Yerevan\"", "Unknown TimeZone '…'")]
    [InlineData("extract specifier \"secret\" not recognized", "extract specifier '…' not recognized")]
    [InlineData("", "")]
    [InlineData("'", "'…'")]
    public void Values_are_taken_out_of_a_message(string message, string masked) => Assert.Equal(masked, Masking.Of(message));
}
