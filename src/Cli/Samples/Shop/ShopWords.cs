namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>What names are made of.</summary>
internal static class ShopWords
{
    public static readonly IReadOnlyList<string> FirstNames =
        ["Anna", "Boris", "Chen", "Dilara", "Emre", "Fatima", "Giulia", "Hugo", "Ines", "Jonas", "Kofi", "Lea", "Mateo", "Noor", "Olga", "Priya", "Quentin", "Rosa", "Sven", "Tuan"];

    public static readonly IReadOnlyList<string> LastNames =
        ["Abebe", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanov", "Jensen", "Kaya", "Larsen", "Moreau", "Nguyen", "Okafor", "Patel", "Rossi", "Silva", "Tanaka", "Weber"];

    public static readonly IReadOnlyList<string> MailHosts = ["Example.com", "example.org", "Mail.Example.net"];

    public static readonly IReadOnlyList<string> Cuisines = ["italian", "thai", "turkish", "japanese", "mexican", "indian", "german", "ethiopian"];

    public static readonly IReadOnlyList<string> Houses = ["Kitchen", "Küche", "Corner", "Garden", "Table", "Oven", "Café"];

    public static readonly IReadOnlyList<string> Manners = ["Grilled", "Spicy", "Crispy", "Smoked", "Sweet", "Sautéed", "Small", "Large"];

    public static readonly IReadOnlyList<string> Meals = ["Noodles", "Pizza", "Curry", "Dumplings", "Salad", "Soup", "Burger", "Tacos", "Kebab", "Sushi"];

    public static readonly IReadOnlyList<(string Name, double Lat, double Lon)> Cities =
        [("Berlin", 52.52, 13.405), ("Hamburg", 53.551, 9.994), ("München", 48.137, 11.575), ("Köln", 50.938, 6.96), ("Leipzig", 51.34, 12.375), ("Wien", 48.208, 16.373)];
}
