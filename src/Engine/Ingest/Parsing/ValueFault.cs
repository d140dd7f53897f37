using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Ingest.Parsing;

/// <summary>Why a record does not fit; each is one of <see cref="RecordCodes"/>.</summary>
internal enum ValueFault : byte
{
    None,
    MalformedJson,
    NotAnObject,
    InvalidUtf8,
    TooDeep,
    DuplicateField,
    UnknownField,
    MissingValue,
    WrongType,
    Unreadable,
    OutOfRange,
    Inexact,
    InvalidText,
}

internal static class ValueFaults
{
    public static ErrorCode Code(this ValueFault fault) => fault switch
    {
        ValueFault.MalformedJson => RecordCodes.MalformedJson,
        ValueFault.NotAnObject => RecordCodes.NotAnObject,
        ValueFault.InvalidUtf8 => RecordCodes.InvalidUtf8,
        ValueFault.TooDeep => RecordCodes.TooDeep,
        ValueFault.DuplicateField => RecordCodes.DuplicateField,
        ValueFault.UnknownField => RecordCodes.UnknownField,
        ValueFault.MissingValue => RecordCodes.MissingValue,
        ValueFault.WrongType => RecordCodes.WrongType,
        ValueFault.Unreadable => RecordCodes.Unreadable,
        ValueFault.OutOfRange => RecordCodes.OutOfRange,
        ValueFault.Inexact => RecordCodes.Inexact,
        ValueFault.InvalidText => RecordCodes.InvalidText,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no fault"),
    };
}
