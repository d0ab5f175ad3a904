namespace Urma.Net.Verbs.Control;

/// <summary>What an imported target is. The numbers travel.</summary>
internal enum TargetKind : byte
{
    /// <summary>A jetty.</summary>
    Jetty = 1,

    /// <summary>A bare receive queue.</summary>
    Jfr = 2,
}
