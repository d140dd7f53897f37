namespace LakehouseOperator.Engine.Sources.Generator;

internal enum EventKind
{
    Click,
    Login,
    Purchase,
    Logout,
    Unknown,
}

/// <summary>How often each type and page is drawn, of 65,536.</summary>
internal static class EventTypes
{
    /// <summary>About 55 % clicks, 22 % logins, 12 % purchases, 11 % logouts and 0.2 % others.</summary>
    public static EventKind Kind(uint draw) => draw switch
    {
        < 35_980 => EventKind.Click,
        < 50_398 => EventKind.Login,
        < 58_250 => EventKind.Purchase,
        < 65_405 => EventKind.Logout,
        _ => EventKind.Unknown,
    };

    /// <summary>The type as the record spells it: in 1 % of the records not in lower case.</summary>
    public static ReadOnlySpan<byte> Name(EventKind kind, uint draw) => draw switch
    {
        < 328 => kind switch
        {
            EventKind.Click => "Click"u8,
            EventKind.Login => "Login"u8,
            EventKind.Purchase => "Purchase"u8,
            EventKind.Logout => "Logout"u8,
            _ => "Heartbeat"u8,
        },
        < 655 => kind switch
        {
            EventKind.Click => "CLICK"u8,
            EventKind.Login => "LOGIN"u8,
            EventKind.Purchase => "PURCHASE"u8,
            EventKind.Logout => "LOGOUT"u8,
            _ => "SCROLL"u8,
        },
        _ => kind switch
        {
            EventKind.Click => "click"u8,
            EventKind.Login => "login"u8,
            EventKind.Purchase => "purchase"u8,
            EventKind.Logout => "logout"u8,
            _ => (draw & 1) == 0 ? "heartbeat"u8 : "scroll"u8,
        },
    };

    /// <summary>The page; empty for one of the product pages.</summary>
    public static ReadOnlySpan<byte> Page(EventKind kind, uint draw) => kind switch
    {
        EventKind.Purchase => draw switch { < 42_598 => "/checkout"u8, < 52_428 => "/cart"u8, _ => default },
        EventKind.Login => draw switch { < 45_875 => "/home"u8, < 58_982 => "/account"u8, _ => "/checkout"u8 },
        EventKind.Logout => draw switch { < 32_768 => "/account"u8, < 52_428 => "/home"u8, _ => "/products"u8 },
        _ => draw switch
        {
            < 13_107 => "/home"u8,
            < 27_525 => "/products"u8,
            < 36_045 => "/cart"u8,
            < 39_321 => "/account"u8,
            _ => default,
        },
    };
}
