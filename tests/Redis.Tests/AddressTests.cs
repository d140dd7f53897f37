namespace LakehouseOperator.Redis.Tests;

public sealed class AddressTests
{
    [Theory]
    [InlineData("redis://redis.shop", "redis.shop", 6379, 0, false)]
    [InlineData("redis://redis.shop:6380/2", "redis.shop", 6380, 2, false)]
    [InlineData("REDISS://10.0.0.1/", "10.0.0.1", 6379, 0, true)]
    [InlineData("redis://[::1]:7000/15", "::1", 7000, 15, false)]
    [InlineData("rediss://[fe80::2]", "fe80::2", 6379, 0, true)]
    public void A_URL_says_where(string url, string host, int port, int database, bool tls)
    {
        var address = RedisAddress.Parse(url);
        Assert.Equal(new RedisAddress(host, port, database, tls), address);
        Assert.Equal(address, RedisAddress.Parse(address.ToString()));
    }

    [Theory]
    [InlineData("redis://:canary@host")]
    [InlineData("redis://canary@host:1/0")]
    [InlineData("redis://user:canary@host")]
    [InlineData("redis://host/0@canary")]
    [InlineData("redis://canary:pass word@host")]
    [InlineData("redis://user:canary/x@host")]
    [InlineData("http://canary")]
    [InlineData("canary:6379")]
    [InlineData("redis://host/canary")]
    [InlineData("redis://host:canary")]
    [InlineData("redis://host:0/")]
    [InlineData("redis://host:65536")]
    [InlineData("redis://host:-1")]
    [InlineData("redis://host:+1")]
    [InlineData("redis://host/-1")]
    [InlineData("redis://host/2147483648")]
    [InlineData("redis://host/0/1")]
    [InlineData("redis://host?password=canary")]
    [InlineData("redis://host#canary")]
    [InlineData("redis://")]
    [InlineData("redis:///0")]
    [InlineData("redis://:6379")]
    [InlineData("redis://::1")]
    [InlineData("redis://[::1")]
    [InlineData("redis://[canary]")]
    [InlineData("redis://[::1]x:1")]
    [InlineData("redis://[host]:1")]
    [InlineData("redis://ca nary")]
    [InlineData("")]
    public void What_is_no_such_URL_is_refused_and_not_repeated(string url)
    {
        var error = Assert.Throws<RedisAddressException>(() => RedisAddress.Parse(url));
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("password=", error.Message, StringComparison.Ordinal);
    }
}
