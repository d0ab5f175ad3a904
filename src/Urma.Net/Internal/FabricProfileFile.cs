namespace Urma.Net.Internal;

/// <summary>A <see cref="FabricProfile"/> as it is written.</summary>
internal sealed class FabricProfileFile
{
    public string? Name { get; set; }

    public List<Class>? Classes { get; set; }

    public List<Peer>? Peers { get; set; }

    public string? Default { get; set; }

    internal sealed class Class
    {
        public string? Name { get; set; }

        public string? Latency { get; set; }

        public string? Bandwidth { get; set; }

        public string? Tier { get; set; }

        public bool AllowUndelayedViews { get; set; }
    }

    internal sealed class Peer
    {
        public string? Label { get; set; }

        public string? Eid { get; set; }

        public uint? Uasid { get; set; }

        public uint? Segment { get; set; }

        public string? Class { get; set; }
    }
}
