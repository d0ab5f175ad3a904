namespace Urma.Net;

/// <summary>A device a provider can open. Holds no resources.</summary>
/// <param name="Provider">Whose device it is.</param>
/// <param name="Name">Its name, such as <c>fabric</c> or <c>udma0</c>.</param>
/// <param name="Eid">Its endpoint identifier.</param>
public sealed record UrmaDevice(UrmaProvider Provider, string Name, Eid Eid)
{
    /// <summary>The connection string that opens it.</summary>
    public string ConnectionString => $"{Provider.Name}://{Name}";

    /// <summary>Opens it.</summary>
    /// <param name="options">How; defaults when null.</param>
    public UrmaContext Open(UrmaContextOptions? options = null) => Provider.Open(this, options);
}
