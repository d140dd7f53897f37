using System.CommandLine;
using System.Globalization;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Cli.Samples.Shop;

namespace LakehouseOperator.Cli.Commands;

/// <summary><c>lakehouse sample shop</c>: something for <c>config/samples/shop</c> to read.</summary>
internal static class SampleCommand
{
    public static Command Create(Streams streams) =>
        new("sample", "Produce what the samples read.") { Shop(streams) };

    private static Command Shop(Streams streams)
    {
        var redis = new Option<string>("--redis")
        {
            Description = "Where the streams are: redis://HOST[:PORT][/DB], or rediss:// for TLS. No user or password in it.", HelpName = "URL", Required = true,
        };
        var orders = Bounded("--orders", "How many orders; the rest follows from them.", 10_000, 1, ShopModel.MaxOrders);
        var seed = Bounded("--seed", "What the shop is like is a function of it. Ids of different seeds never meet.", 1, 0, ShopModel.MaxSeed);
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "When the 30 days of history end (RFC 3339). Default: the start of today, UTC.", HelpName = "TIME", CustomParser = Time,
        };
        var username = new Option<string?>("--username") { Description = "An ACL user. Default: the default user.", HelpName = "NAME" };
        var password = new Option<string?>("--password-file")
        {
            Description = $"File that holds the password. Default: what the variable {ShopRedis.PasswordVariable} holds, if it is set.", HelpName = "FILE",
        };
        var bundle = new Option<string?>("--ca-file") { Description = "Certificates (PEM) to trust instead of the system's, with rediss://.", HelpName = "FILE" };
        var command = new Command("shop", "Append the streams of config/samples/shop, and say what the tables must then hold.")
        {
            redis, orders, seed, until, username, password, bundle,
        };
        command.SetAction((parsed, _) =>
        {
            var shop = new ShopRequest(parsed.GetValue(seed), parsed.GetValue(orders), parsed.GetValue(until) ?? Today(TimeProvider.System));
            var server = new ShopRedis(parsed.GetRequiredValue(redis), parsed.GetValue(username), parsed.GetValue(password), parsed.GetValue(bundle));
            return ShopSample.RunAsync(shop, server, streams, TimeProvider.System);
        });
        return command;
    }

    private static Option<int> Bounded(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value < least || value > most))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number from {least} to {most}"));
        });
        return option;
    }

    private static DateTimeOffset? Time(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year is > 1970 and < 9999)
            return new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        result.AddError("--until must be a time such as 2026-01-31T00:00:00Z");
        return null;
    }

    private static DateTimeOffset Today(TimeProvider time) => new(time.GetUtcNow().Date, TimeSpan.Zero);
}
