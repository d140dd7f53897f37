using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>
/// YamlDotNet's parser (16.3, <c>ParseNode</c>) looks at the next token twice after an anchored scalar, and the second look loses it: <c>{a: &amp;x 1, b: 2}</c>
/// would be refused. Here a token that is not consumed stays, however often it is looked at.
/// </summary>
internal sealed class PeekingScanner(TextReader text) : IScanner
{
    private readonly Scanner scanner = new(text, skipComments: true);

    public Mark CurrentPosition => scanner.CurrentPosition;

    public Token? Current => scanner.Current;

    public bool MoveNext() => scanner.MoveNext();

    /// <remarks>At the end of the stream the parser looks whether there is more, which must say no.</remarks>
    public bool MoveNextWithoutConsuming() => scanner.Current is not (null or StreamEnd) || scanner.MoveNextWithoutConsuming();

    public void ConsumeCurrent() => scanner.ConsumeCurrent();
}
