namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>How a store over S3 divides, waits and repeats. The defaults serve every store that we know; tests make them small.</summary>
internal sealed record S3Tuning
{
    public static readonly S3Tuning Default = new();

    /// <summary>Part of a multipart upload and range of a download; 5 MiB is the least that stores take. Files up to one part go in a single put.</summary>
    public int PartBytes { get; init; } = 16 << 20;

    /// <summary>Parts or ranges of one object under way at once.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Transfers of one connection under way at once, over all objects.</summary>
    public int Transfers { get; init; } = 16;

    /// <summary>Times that a request which may be repeated is sent at most.</summary>
    public int Attempts { get; init; } = 7;

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What a store may ask for by <c>Retry-After</c>; more is cut to it.</summary>
    public TimeSpan LongestAskedPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Until the head of an answer is there, beside the time that the bytes sent take at <see cref="SlowestBytesPerSecond"/>.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without a byte of a body for so long, the answer is given up.</summary>
    public TimeSpan IdleWithin { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(10);

    public int SlowestBytesPerSecond { get; init; } = 256 << 10;

    public TimeSpan AnswerTo(long bytes) => AnswerWithin + TimeSpan.FromSeconds((double)bytes / SlowestBytesPerSecond);
}
