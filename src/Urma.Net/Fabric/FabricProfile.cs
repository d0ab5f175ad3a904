namespace Urma.Net;

/// <summary>
/// Which link leads to which peer: link classes by name, rules that assign them, and a class for everybody else. Set
/// <see cref="UrmaContextOptions.FabricProfile"/>; what a link does is said at <see cref="FabricModel"/>.
/// </summary>
/// <remarks>
/// A peer is assigned when something of it is imported. Peers of one class share its link and its bandwidth, as they would share a
/// port. Work of one queue is carried out in order, so what is posted behind work for a slow peer waits for it. Immutable.
/// <code>
/// {
///   "name": "two cabinets",
///   "classes": [ { "name": "optics", "latency": "650ns", "bandwidth": "50GB/s", "tier": "unifiedBus" } ],
///   "peers": [ { "label": "near-*", "class": "local" }, { "uasid": 42, "class": "optics" }, { "label": "urma *", "class": "none" } ],
///   "default": "ub"
/// }
/// </code>
/// The classes of <see cref="FabricModel.Presets"/> need not be listed; a class of the file with such a name takes its place.
/// <c>none</c> is no link. The first rule that holds counts. Comments and trailing commas are allowed.
/// </remarks>
public sealed class FabricProfile
{
    /// <summary>The class name that stands for no link.</summary>
    public const string None = "none";

    /// <summary>Describes a fabric.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="rules">In the order in which they are tried.</param>
    /// <param name="defaultLink">The link to peers for which no rule holds; null for none.</param>
    public FabricProfile(string name, IEnumerable<FabricRule> rules, FabricModel? defaultLink = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(rules);
        Name = name;
        Rules = [.. rules];
        DefaultLink = defaultLink;
        Links = [.. Rules.Select(static r => r.Link).Append(defaultLink).OfType<FabricModel>().Distinct()];
    }

    /// <summary>
    /// The published figures: a peer whose label begins with the name of a preset (<c>local</c>, <c>cross-numa</c>, <c>nvlink</c>,
    /// <c>ub</c>, <c>rdma</c>, <c>storage</c>) is reached through that class, everybody else through <c>ub</c>.
    /// </summary>
    public static FabricProfile Published { get; } =
        new("published", FabricModel.Presets.Select(static p => new FabricRule(p) { Label = p.Name + "*" }), FabricModel.Ub);

    /// <summary>What reports call it.</summary>
    public string Name { get; }

    /// <summary>In the order in which they are tried.</summary>
    public IReadOnlyList<FabricRule> Rules { get; }

    /// <summary>The link to peers for which no rule holds; null for none.</summary>
    public FabricModel? DefaultLink { get; }

    /// <summary>Every link that leads to somebody.</summary>
    public IReadOnlyList<FabricModel> Links { get; }

    /// <summary>Reads a profile from a file.</summary>
    /// <param name="path">A JSON file; see the remarks of the class.</param>
    /// <exception cref="FormatException">It is no such file; says where and why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FabricProfile Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            return Internal.FabricProfileReader.Read(File.ReadAllBytes(path), path);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>Reads a profile from text.</summary>
    /// <param name="json">JSON; see the remarks of the class.</param>
    /// <exception cref="FormatException">It is no profile; says where and why.</exception>
    public static FabricProfile Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Internal.FabricProfileReader.Read(System.Text.Encoding.UTF8.GetBytes(json), "The profile");
    }

    /// <summary>The same link to every peer.</summary>
    /// <param name="link">The link.</param>
    public static FabricProfile Of(FabricModel link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return new FabricProfile(link.Name, [], link);
    }

    /// <summary>The link to a peer; null where there is none.</summary>
    /// <param name="eid">The peer's device.</param>
    /// <param name="uasid">The peer's engine.</param>
    /// <param name="label">The peer's label; null where it has none.</param>
    /// <param name="segment">The number of the segment at its owner; null for a message.</param>
    public FabricModel? FindLink(Eid eid, uint uasid, string? label, uint? segment = null)
    {
        foreach (FabricRule rule in Rules)
        {
            if (rule.Holds(eid, uasid, label, segment))
            {
                return rule.Link;
            }
        }

        return DefaultLink;
    }

    /// <summary>For reports, such as <c>two cabinets: local (125 ns), ub (400 ns, 50 GB/s)</c>.</summary>
    public override string ToString() => Rules.Count == 0 && DefaultLink is { } only
        ? only.ToString()
        : $"{Name}: {(Links.Count == 0 ? "no link" : string.Join(", ", Links))}";
}
