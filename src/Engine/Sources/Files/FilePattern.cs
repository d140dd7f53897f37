using System.Text;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// Which relative paths a pattern means: <c>*</c> any characters of one part, <c>?</c> one of them, <c>[a-z]</c> and <c>[!a-z]</c> one in or not in a set, <c>**</c> as a
/// whole part any number of parts. Everything else stands for itself, case counts, and one character is one code point. There is no escape: a
/// special character stands for itself in brackets, <c>[*]</c>.
/// </summary>
internal sealed class FilePattern
{
    private readonly Part[] parts;

    private FilePattern(string text, Part[] parts)
    {
        Text = text;
        this.parts = parts;
    }

    public string Text { get; }

    /// <summary>How many folders below the location a match can be; null for any number.</summary>
    public int? MaxDepth => parts.Any(static part => part.AnyParts) ? null : parts.Length - 1;

    /// <exception cref="DiagnosticException"><see cref="SourceCodes.PatternInvalid"/>.</exception>
    public static FilePattern Parse(string text)
    {
        if (text.Length == 0)
            throw Invalid(text, "is empty");
        var found = new List<Part>();
        foreach (var part in text.Split('/'))
        {
            if (part.Length == 0)
                throw Invalid(text, "has an empty part; it is relative to the location, without a slash at its ends");
            if (part is "." or "..")
                throw Invalid(text, $"has a part \"{part}\"; it cannot leave the location");
            if (part == "**" && found is [.., { AnyParts: true }])
                continue;
            found.Add(new Part(part == "**", part == "**" ? [] : Atoms(text, part)));
        }

        return new FilePattern(text, found[^1].AnyParts ? [.. found, new Part(false, [Atom.Any])] : [.. found]);
    }

    /// <param name="path">Relative to the location, parts joined by <c>/</c>.</param>
    public bool Matches(string path)
    {
        var names = path.Split('/');
        return Matches(names, 0, 0);
    }

    private bool Matches(string[] names, int name, int part)
    {
        // Like atoms within a part: only the last ** needs to be tried again, since one before it matched as early as it could.
        int retryName = -1, retryPart = -1;
        while (name < names.Length)
        {
            if (part < parts.Length && parts[part].AnyParts)
            {
                (retryName, retryPart) = (name, ++part);
                continue;
            }

            if (part < parts.Length && parts[part].Matches(names[name]))
            {
                name++;
                part++;
                continue;
            }

            if (retryPart < 0)
                return false;
            (name, part) = (++retryName, retryPart);
        }

        return part == parts.Length;
    }

    private static Atom[] Atoms(string pattern, string part)
    {
        var runes = part.EnumerateRunes().ToArray();
        var atoms = new List<Atom>();
        for (var i = 0; i < runes.Length; i++)
        {
            switch (runes[i].Value)
            {
                case '*':
                    if (atoms is not [.., { Kind: AtomKind.Any }])
                        atoms.Add(Atom.Any);
                    break;
                case '?':
                    atoms.Add(new Atom(AtomKind.Set, true, []));
                    break;
                case '[':
                    atoms.Add(Set(pattern, runes, ref i));
                    break;
                default:
                    atoms.Add(new Atom(AtomKind.Set, false, [(runes[i].Value, runes[i].Value)]));
                    break;
            }
        }

        return [.. atoms];
    }

    /// <summary>A <c>]</c> right after the opening and a <c>-</c> at either end stand for themselves, as in a shell.</summary>
    private static Atom Set(string pattern, Rune[] runes, ref int i)
    {
        var negated = i + 1 < runes.Length && runes[i + 1].Value is '!' or '^';
        var ranges = new List<(int, int)>();
        for (var at = i + (negated ? 2 : 1); at < runes.Length; at++)
        {
            if (runes[at].Value == ']' && ranges.Count > 0)
            {
                i = at;
                return new Atom(AtomKind.Set, negated, [.. ranges]);
            }

            var ranged = at + 2 < runes.Length && runes[at + 1].Value == '-' && runes[at + 2].Value != ']';
            var (least, greatest) = (runes[at].Value, runes[ranged ? at + 2 : at].Value);
            if (least > greatest)
                throw Invalid(pattern, $"has the range {runes[at]}-{runes[at + 2]}, which holds nothing");
            ranges.Add((least, greatest));
            at += ranged ? 2 : 0;
        }

        throw Invalid(pattern, "has a [ without its ]");
    }

    private static DiagnosticException Invalid(string pattern, string why) =>
        new(SourceCodes.PatternInvalid, $"the file pattern \"{pattern}\" {why}", "such as *.csv, orders-[0-9]*.json or **/*.parquet");

    private enum AtomKind
    {
        Any,
        Set,
    }

    private sealed record Atom(AtomKind Kind, bool Negated, (int Least, int Greatest)[] Ranges)
    {
        public static readonly Atom Any = new(AtomKind.Any, false, []);

        public bool Holds(Rune rune)
        {
            foreach (var (least, greatest) in Ranges)
            {
                if (rune.Value >= least && rune.Value <= greatest)
                    return !Negated;
            }

            return Negated;
        }
    }

    private sealed record Part(bool AnyParts, Atom[] Atoms)
    {
        /// <summary>Linear but for the last <c>*</c>, so that no name makes it slow.</summary>
        public bool Matches(string name)
        {
            int at = 0, atom = 0, retryAt = -1, retryAtom = -1;
            while (at < name.Length)
            {
                if (atom < Atoms.Length && Atoms[atom].Kind == AtomKind.Any)
                {
                    (retryAt, retryAtom) = (at, ++atom);
                    continue;
                }

                _ = Rune.DecodeFromUtf16(name.AsSpan(at), out var rune, out var length);
                if (atom < Atoms.Length && Atoms[atom].Holds(rune))
                {
                    at += length;
                    atom++;
                    continue;
                }

                if (retryAtom < 0)
                    return false;
                _ = Rune.DecodeFromUtf16(name.AsSpan(retryAt), out _, out length);
                (at, atom) = (retryAt += length, retryAtom);
            }

            while (atom < Atoms.Length && Atoms[atom].Kind == AtomKind.Any)
                atom++;
            return atom == Atoms.Length;
        }
    }
}
