namespace LakehouseOperator.Redis.Resp;

/// <summary>The first line of a value whose line is a type and a number: <c>*3</c>, <c>$-1</c>, <c>:42</c>, <c>%2</c>.</summary>
/// <param name="Length">Bytes of the line, its end included.</param>
internal readonly record struct RespHeader(byte Type, long Value, int Length)
{
    /// <summary>A type, a sign, 19 digits, CR and LF.</summary>
    public const int MaxLength = 23;

    /// <summary>What a null is in RESP2: <c>$-1</c> and <c>*-1</c>; RESP3 has <c>_</c>, which is read as one of these.</summary>
    public const long NullValue = -1;

    private const int MaxDigits = 18;

    /// <param name="window">At least <see cref="MaxLength"/> bytes from the line's first on, or all there are.</param>
    /// <returns>False when the line's end is not among them.</returns>
    /// <exception cref="RedisProtocolException">It is no such line, whatever follows.</exception>
    public static bool TryRead(ReadOnlySpan<byte> window, out RespHeader header)
    {
        header = default;
        if (window.IsEmpty)
            return false;
        var at = 1;
        var negative = window.Length > 1 && window[1] == (byte)'-';
        if (negative)
            at++;
        var (first, value) = (at, 0L);
        while (at < window.Length && (uint)(window[at] - '0') <= 9)
            value = (value * 10) + (window[at++] - '0');
        var isNull = window[0] == (byte)'_';
        if (at - first > MaxDigits || (isNull && at > 1))
            throw Malformed();
        if (at == window.Length && window.Length < MaxLength)
            return false;
        if ((at == first && !isNull) || window[at] != (byte)'\r')
            throw Malformed();
        if (at + 1 == window.Length)
            return window.Length < MaxLength ? false : throw Malformed();
        if (window[at + 1] != (byte)'\n')
            throw Malformed();
        header = new RespHeader(window[0], isNull ? NullValue : negative ? -value : value, at + 2);
        return true;
    }

    private static RedisProtocolException Malformed() => new("the server sent a line that is no RESP");
}
