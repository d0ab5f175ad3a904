namespace Urma.Net.Verbs.Control;

/// <summary>What a lane is for. The numbers travel.</summary>
internal enum LaneKind : byte
{
    /// <summary>One of many lanes into a jetty or JFR: messages and one-sided work.</summary>
    ReliableMessage = 1,

    /// <summary>The one lane of two jetties that are bound to each other.</summary>
    Bound = 2,

    /// <summary>To an engine, not to a jetty: reads, writes and atomics only.</summary>
    OneSided = 3,

    /// <summary>Messages into a jetty or JFR that may be lost.</summary>
    UnreliableMessage = 4,
}
